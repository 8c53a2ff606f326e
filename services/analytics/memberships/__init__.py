"""Who is in which segment: customers advanced by events and by time."""
