"""The catalogue: what the firm sells, at which price and cost since when, and what was bought that it does not know."""
