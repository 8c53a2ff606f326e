"""Figures, each beside its limit."""
