"""Customer identity, the same in every service: identifiers, derived ids, merges, erasure."""
