"""Addresses that must not be written to, by keyed hash."""
