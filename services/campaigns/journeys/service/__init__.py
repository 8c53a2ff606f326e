"""Use cases of journeys: one function, one transaction, the events it emits."""
