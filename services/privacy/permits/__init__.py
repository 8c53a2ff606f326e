"""Permits that were granted, kept as evidence of what was allowed and to which address."""
