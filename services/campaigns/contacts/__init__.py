"""Contacts: what the other services say about customers, kept here as copies, and who is one person with whom."""
