"""Sign-ups: an address is asked to confirm before anything counts as its consent (double opt-in)."""
