"""After a restore: refusals, restrictions and erasures that were published and that the ledger has forgotten."""
