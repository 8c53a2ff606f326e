"""The HTTP app of campaigns: `python -m services.campaigns.app`."""

from fastapi import FastAPI

from services.campaigns.capabilities import CAPABILITIES
from services.campaigns.config import Settings
from shared.capabilities import app_of
from shared.web import serve


def create(settings: Settings) -> FastAPI:
    """The app; nothing connects yet."""
    return app_of(settings, CAPABILITIES)


if __name__ == "__main__":
    serve(create, Settings())
