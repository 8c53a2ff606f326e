"""What privacy can do: one function, one transaction, the events it says."""
