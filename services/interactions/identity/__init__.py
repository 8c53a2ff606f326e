"""Who an event is about: aliases after merges, generations of retired identifiers, tombstones of erased customers."""
