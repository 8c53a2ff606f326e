"""Run privacy's HTTP app."""

from fastapi import FastAPI

from services.privacy.capabilities import CAPABILITIES
from services.privacy.config import Settings
from services.privacy.words import WORDS
from shared.capabilities import app_of
from shared.web import serve


def create(settings: Settings) -> FastAPI:
    """The HTTP app; nothing connects before it starts."""
    return app_of(settings, CAPABILITIES, words=WORDS)


if __name__ == "__main__":
    serve(create, Settings())
