"""The use cases of profiles, cut by noun."""
