"""Any file opened into sheets of raw cells, within limits."""
