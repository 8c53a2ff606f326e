"""Delivery: from a due row of the ledger to a message in the provider's hands."""
