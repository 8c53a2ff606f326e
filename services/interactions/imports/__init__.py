"""Imports: orders from CSV and Excel files, seen before they are taken, each once, and taken back as a whole."""
