"""Campaigns: what is said to whom and when; their states, who enters them, and looking at all of it beforehand."""
