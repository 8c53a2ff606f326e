"""The HTTP app of analytics."""

from fastapi import FastAPI

from services.analytics.capabilities import CAPABILITIES
from services.analytics.config import Settings
from shared.capabilities import app_of
from shared.web import serve


def create(settings: Settings) -> FastAPI:
    """The app."""
    return app_of(settings, CAPABILITIES)


if __name__ == "__main__":
    serve(create, Settings())
