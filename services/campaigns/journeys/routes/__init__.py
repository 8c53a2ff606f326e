"""HTTP of journeys."""

from services.campaigns.journeys.routes import journeys, lifecycle, reports

ROUTERS = (journeys.router, lifecycle.router, reports.router)
