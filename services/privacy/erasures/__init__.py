"""Erasure (GDPR article 17): requests, receipts of every service, certificates."""
