"""The scores of each customer as they stand, and whose memberships are still to follow them."""
