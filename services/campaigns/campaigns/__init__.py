"""Campaigns: definitions, states, who enters them, and trials before they start."""
