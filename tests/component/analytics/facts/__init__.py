"""What analytics keeps of what happened."""
