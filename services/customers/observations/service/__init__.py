"""The use cases of observations: read a batch, keep what it tells."""
