"""Erase customers and addresses: take requests, run them, collect the receipts of every service, certify."""
