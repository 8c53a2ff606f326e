"""Read interactions: a customer's timeline, one interaction, counts of a period."""
