"""Observations: customers are opened, named and described by what publishers observed."""
