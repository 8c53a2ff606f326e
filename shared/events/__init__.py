"""Events on their way: outbox, relay, watermarks, consumers, inbox, dead letters."""
