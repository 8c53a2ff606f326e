"""What PostgreSQL's planner knows of the tables that statements about everybody read."""
