"""Who counts as one customer, who is erased, and who is to be recomputed."""
