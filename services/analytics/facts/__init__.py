"""Copies of interactions, profiles and consents."""
