"""What HTTP sees of campaigns."""
