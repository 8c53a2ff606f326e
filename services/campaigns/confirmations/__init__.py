"""Mails that ask an address to confirm a sign-up: service messages of the ledger, by no campaign of anybody's."""
