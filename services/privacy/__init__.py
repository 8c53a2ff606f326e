"""privacy: what somebody permits."""
