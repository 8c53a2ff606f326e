"""Carts of known customers: what lies in them, and whether they were ordered or left."""
