"""SQL of erasures: requests and receipts, and privacy's own stores."""
