"""Customers erased on request of privacy."""
