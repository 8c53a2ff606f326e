"""Contacts: copies of other services' facts about customers, and which ids are one person."""
