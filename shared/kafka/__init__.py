"""Kafka clients with safe settings, and what the library lacks."""
