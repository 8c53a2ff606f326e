"""Legal holds: what must be kept as evidence is not erased before its time."""
