"""How alike two customers are: what is compared, which are compared at all, and what that comes to."""
