"""Refreshes: customers are published again after the definition of one of their attributes changed."""
