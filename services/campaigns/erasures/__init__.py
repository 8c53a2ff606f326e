"""Erasures: forget a customer in every store of this service, and give the receipt when nothing is left."""
