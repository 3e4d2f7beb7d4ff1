"""Street-level files larger than memory: scanned, counted, cached."""
