"""Contact cards: what campaigns need to write to somebody, asked for at the moment of sending."""
