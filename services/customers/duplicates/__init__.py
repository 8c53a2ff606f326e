"""Duplicates: customers who are alike are proposed, explained field by field, and merged or told apart."""
