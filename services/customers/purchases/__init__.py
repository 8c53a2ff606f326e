"""Purchases: who buys is an active customer."""
