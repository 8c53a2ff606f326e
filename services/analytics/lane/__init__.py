"""The lane: events of the partitions that this worker owns, and what comes due between them."""
