"""Planted faults, to see the checker go red: a checker that was never red proves nothing."""
