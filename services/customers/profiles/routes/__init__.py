"""The HTTP doors of profiles, cut by noun."""
