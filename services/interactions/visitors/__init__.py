"""Visitors: who is known by the anonymous id of a browser only, and whose they turn out to be."""
