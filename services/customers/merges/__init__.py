"""Merges: two customers become one, and two again; pairs that may be one wait as link candidates."""
