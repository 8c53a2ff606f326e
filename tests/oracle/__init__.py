"""Brute force: what segments should say, computed the slow and obvious way. Imports nothing from the services."""
