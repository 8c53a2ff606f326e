"""Search: one box for any identifier, a name with typing errors, a place, a postal code."""
