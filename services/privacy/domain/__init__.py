"""The rules of consent, permits, suppression and erasure; no I/O, no clock, no framework."""
