"""Erase customers on request: every store, dead letters included, with a receipt for privacy."""
