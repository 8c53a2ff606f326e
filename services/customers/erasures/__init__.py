"""Erasures: nothing of a person is kept, nothing comes back, and a receipt says so."""
