"""SQL of the copies, of alias groups and of customers' locks."""
