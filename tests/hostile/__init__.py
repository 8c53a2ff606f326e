"""Hostile traffic: what strangers may try, and what must go on working meanwhile."""
