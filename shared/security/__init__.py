"""API keys with scopes, and signed tokens."""
