"""The HTTP front of analytics."""

from fastapi import FastAPI

from services.analytics.config import Settings
from services.analytics.routes import PUBLIC, ROUTERS
from shared.web import create_app, serve


def create(settings: Settings) -> FastAPI:
    """The app."""
    return create_app(settings, ROUTERS, public=PUBLIC)


if __name__ == "__main__":
    serve(create, Settings())
