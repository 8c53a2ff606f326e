"""The rules of own event types: schemas that can be declared, and events that fit one."""
