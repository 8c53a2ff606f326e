"""Doors of sign-ups: for storefronts' keys, for campaigns, for officers, and pages for everybody."""

from services.privacy.signups.routes import forms, pages, signups
from services.privacy.signups.routes.admission import open_rate_limit

ROUTERS = [signups.router, forms.router, pages.router]
PUBLIC = pages.PUBLIC

__all__ = ["PUBLIC", "ROUTERS", "open_rate_limit"]
