"""What interactions can do."""
