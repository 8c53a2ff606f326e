"""HTTP doors of ingest."""
