"""Rules about contacts."""
