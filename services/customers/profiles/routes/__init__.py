"""The HTTP routes of profiles, cut by noun."""
