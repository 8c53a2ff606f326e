"""A population in which some stand twice, with the truth of it."""
