"""Event types of the firm's own: a name, a schema, and which of its properties others may be told."""
