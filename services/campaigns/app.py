"""HTTP front: `python -m services.campaigns.app`."""

from fastapi import FastAPI

from services.campaigns.config import Settings
from services.campaigns.routes import PUBLIC, ROUTERS, open_neighbourhood
from shared.web import create_app, serve


def create(settings: Settings) -> FastAPI:
    """The app; nothing connects yet."""
    return create_app(settings, ROUTERS, public=PUBLIC, on_start=open_neighbourhood)


if __name__ == "__main__":
    serve(create, Settings())
