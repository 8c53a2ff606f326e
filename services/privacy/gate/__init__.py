"""The last word before a message: a permit or a reason."""
