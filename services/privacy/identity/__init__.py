"""Who is who: merges of customer ids, generations of retired identifiers, hashes of addresses."""
