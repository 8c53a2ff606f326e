"""Attributes: the definitions of what is known of customers, built in and the firm's own."""
