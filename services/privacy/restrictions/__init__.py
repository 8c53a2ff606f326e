"""Restriction of processing (GDPR article 18)."""
