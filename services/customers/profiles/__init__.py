"""Profiles: the record of each customer, the profile it comes to, its history."""
