"""Service cases: what a customer asks or complains about, until it is solved."""
