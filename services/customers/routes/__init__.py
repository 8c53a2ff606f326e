"""The HTTP doors of customers, cut by noun."""

from services.customers.routes import attributes, cards, customers, identifiers, merges

ROUTERS = [customers.router, identifiers.router, cards.router, merges.router, attributes.router]
