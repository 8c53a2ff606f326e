"""What HTTP sees."""
