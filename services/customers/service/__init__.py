"""What customers can do, cut by noun: one function, one transaction, the events it says."""
