"""An empty installation on today's clock: `make start`."""
