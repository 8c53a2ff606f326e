"""Erasures: a person is deleted from every store, the ids stay blocked, and a receipt counts what was deleted."""
