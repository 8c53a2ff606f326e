"""The SQL of imports, cut by noun."""
