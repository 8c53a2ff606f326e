"""The use cases of duplicates: compare, decide, compare everybody."""
