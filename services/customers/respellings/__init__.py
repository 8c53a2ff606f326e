"""Respellings: after an upgrade, identifiers of a former spelling are brought to the present one, and told."""
