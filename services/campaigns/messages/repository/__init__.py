"""SQL of the ledger, of reached addresses and of responses."""
