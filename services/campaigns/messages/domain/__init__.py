"""Rules about the ledger's rows and their counting."""
