"""Statements about consent out of files: each once, and taken back with the file."""
