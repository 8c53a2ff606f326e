"""The use cases of imports: files, their mapping, and their rows."""
