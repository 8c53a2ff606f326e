"""Content: from templates and a contact card to a finished letter with tracked links."""
