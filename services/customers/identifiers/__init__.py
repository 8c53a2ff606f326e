"""Identifiers: the names by which customers are known, and the directory of who owns each."""
