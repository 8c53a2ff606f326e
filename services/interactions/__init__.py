"""interactions: what happened between the firm and its customers."""
