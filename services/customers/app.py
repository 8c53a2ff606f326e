"""The HTTP front of customers: `python -m services.customers.app`."""

from fastapi import FastAPI

from services.customers.config import Settings
from services.customers.routes import ROUTERS
from shared.web import create_app, serve


def create(settings: Settings) -> FastAPI:
    """Nothing connects before it starts."""
    return create_app(settings, ROUTERS)


if __name__ == "__main__":
    serve(create, Settings())
