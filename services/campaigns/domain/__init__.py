"""The rules of campaigns: no I/O, no clock, no framework."""
