"""What data subjects ask for: what is kept about them, a correction, an end; with deadline, steps and an answer."""
