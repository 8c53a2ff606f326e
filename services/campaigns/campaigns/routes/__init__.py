"""HTTP routes of campaigns."""

from services.campaigns.campaigns.routes import campaigns, messages, trials
from services.campaigns.campaigns.routes.tools import open_tools

ROUTERS = (trials.router, campaigns.router, messages.router)

__all__ = ["ROUTERS", "open_tools"]
