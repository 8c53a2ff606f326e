"""The rules of who somebody is: no I/O, no clock, no framework."""
