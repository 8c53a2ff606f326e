"""Use cases of ingest: check events, publish them."""
