"""What marketers set about sending: who writes, over which mail server, and to whom for now."""
