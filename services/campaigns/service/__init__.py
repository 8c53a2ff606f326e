"""What campaigns can do: one function, one transaction, the events it says."""
