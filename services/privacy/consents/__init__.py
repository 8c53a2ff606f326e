"""The consent ledger and what holds after it."""
