"""Memberships compared with the facts, every night."""
