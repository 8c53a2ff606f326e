"""Attributes: what is known of customers, defined before it is collected."""
