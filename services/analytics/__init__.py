"""Analytics: who is in which segment, and until when."""
