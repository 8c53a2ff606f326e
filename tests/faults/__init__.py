"""Crash tests: real processes are broken under load, and a checker that reads only from outside judges them."""
