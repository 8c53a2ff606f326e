"""Customers whom an import had brought that was taken back: they are none."""
