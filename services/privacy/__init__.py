"""What somebody permits, the proof of it, and the end of a person's data."""
