"""Backups of a whole installation: five databases, keys and files, in one folder with a manifest."""
