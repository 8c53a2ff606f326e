"""The demonstration: a real grocery's year, published as a storefront would, and what the product makes of it."""
