"""HTTP door of interactions."""

from services.interactions.routes import events, rates, timeline

ROUTERS = [events.router, timeline.router, rates.router]
