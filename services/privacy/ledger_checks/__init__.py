"""Whether this database is the one that was last compared with what privacy has published."""
