"""Public pages behind the links in messages: unsubscribe."""
