"""The port to providers, and what their answers mean."""
