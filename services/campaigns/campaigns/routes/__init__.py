"""HTTP routes of campaigns."""

from services.campaigns.campaigns.routes import campaigns, messages, templates, trials
from services.campaigns.campaigns.routes.tools import open_tools

ROUTERS = (trials.router, campaigns.router, messages.router, templates.router)

__all__ = ["ROUTERS", "open_tools"]
