"""Messages: the ledger of everything that was ever to be sent, how each message ended and what came back."""
