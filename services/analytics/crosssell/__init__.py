"""What goes with what: products that are bought together, for a basket, a product or a customer."""
