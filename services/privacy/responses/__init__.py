"""What bounces, complaints and reported wishes to unsubscribe forbid."""
