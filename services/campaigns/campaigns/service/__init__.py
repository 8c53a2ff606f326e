"""Use cases of campaigns: one function, one transaction, the events it emits."""
