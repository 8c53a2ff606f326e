"""All SQL of customers, cut by noun. Domain objects come out, rows do not."""
