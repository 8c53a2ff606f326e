"""The language the services share: every event that travels, versioned for ever."""
