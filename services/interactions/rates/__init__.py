"""Currencies, their dated rates to the base currency, and what an amount is worth in it."""
