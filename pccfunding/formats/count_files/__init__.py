"""Published counts: recorded crime, street files, residents and prices."""
