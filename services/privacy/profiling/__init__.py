"""Objections to profiling (GDPR article 21): no scores and no segments of whoever objects."""
