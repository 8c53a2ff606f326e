"""The HTTP doors of analytics."""

from services.analytics.routes import customers, lists, segments

ROUTERS = [segments.router, lists.router, customers.router]
PUBLIC: set[str] = set()
