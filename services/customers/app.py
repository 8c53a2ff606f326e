"""The HTTP app of customers: `python -m services.customers.app`."""

from fastapi import FastAPI

from services.customers.capabilities import CAPABILITIES
from services.customers.config import Settings
from services.customers.words import WORDS
from shared.capabilities import app_of
from shared.web import serve


def create(settings: Settings) -> FastAPI:
    """The app, not started: nothing connects yet."""
    return app_of(settings, CAPABILITIES, words=WORDS)


if __name__ == "__main__":
    serve(create, Settings())
