"""Money: pence, exact sums and the one pass over a frame at hand."""
