"""Seals over the consent ledger: a chain of hashes by which a line that was changed, removed or slipped in is found."""
