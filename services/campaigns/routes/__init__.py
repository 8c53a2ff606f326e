"""The HTTP doors of campaigns."""

from services.campaigns.routes import campaigns, messages, policies, tracking, trials
from services.campaigns.routes.neighbourhood import open_neighbourhood

ROUTERS = (trials.router, campaigns.router, messages.router, policies.router, tracking.router)
PUBLIC = (tracking.CLICK, tracking.OPEN)

__all__ = ["PUBLIC", "ROUTERS", "open_neighbourhood"]
