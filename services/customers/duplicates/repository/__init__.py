"""SQL of duplicates, cut by noun."""
