"""HTTP front of interactions: `python -m services.interactions.app`."""

from fastapi import FastAPI

from services.interactions.capabilities import CAPABILITIES
from services.interactions.config import Settings
from services.interactions.words import WORDS
from shared.capabilities import app_of
from shared.web import serve


def create(settings: Settings) -> FastAPI:
    """The app; nothing connects yet."""
    return app_of(settings, CAPABILITIES, producer=True, words=WORDS)


if __name__ == "__main__":
    serve(create, Settings())
