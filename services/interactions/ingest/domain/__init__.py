"""The rules of the doors: what may be recorded, and how far a publisher is believed."""
