"""Store what happened with customers and emit it: publishers' messages, and outcomes reported by other services."""
