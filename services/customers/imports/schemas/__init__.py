"""What HTTP sees of imports, cut by noun."""
