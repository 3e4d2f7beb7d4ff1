"""Award lists of any layout: their sheets, headers, rows, amounts, totals and names."""
