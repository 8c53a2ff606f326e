"""The doors of imports: files, and mappings that were kept."""
