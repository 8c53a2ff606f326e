"""Take requests, answer them, and keep what was done."""
