"""What became of each publisher's events in the last hour and day, with examples of what was refused."""
