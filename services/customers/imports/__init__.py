"""Imports: customers from CSV and Excel files, seen before they are taken, each row once."""
