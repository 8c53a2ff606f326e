"""The rules of attributes: definitions, and the values that fit them."""
