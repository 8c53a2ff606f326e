"""HTTP front: `python -m services.interactions.app`."""

from fastapi import FastAPI

from services.interactions.config import Settings
from services.interactions.routes import ROUTERS
from services.interactions.routes.doorway import open_doorway
from shared.web import create_app, serve


def create(settings: Settings) -> FastAPI:
    """The app; nothing connects yet."""
    return create_app(settings, ROUTERS, producer=True, on_start=open_doorway)


if __name__ == "__main__":
    serve(create, Settings())
