"""The rules of consent: what a statement changes, and what holds for a message to an address."""
