"""The contracts between the services: every event type, its topics, its schema, versioned for ever."""
