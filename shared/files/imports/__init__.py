"""Imports: a file, what its columns mean, and how far its rows are taken. What a row means is the service's."""
