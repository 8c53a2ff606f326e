"""Exports: customers as files, by criteria and columns, with who took what and why."""
