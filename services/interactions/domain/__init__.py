"""The rules of what happened: no I/O, no clock, no framework."""
