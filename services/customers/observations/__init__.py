"""Observations: what publishers tell of somebody becomes a customer, identifiers and traits."""
