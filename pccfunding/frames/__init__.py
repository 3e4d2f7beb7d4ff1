"""The front door: frames of any engine, their columns, keys and dates."""
