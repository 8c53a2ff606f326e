"""Merges of two customers and their undoing; pairs that may be one customer are listed as link candidates."""
