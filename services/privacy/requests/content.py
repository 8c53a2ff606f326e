"""The readable page of an archive, and the page that hands it out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse

from services.privacy.requests.domain.archive import Parts
from services.privacy.requests.domain.requests import Archive
from services.privacy.site.content import fragment, page

_FOLDER = Path(__file__).parent / "templates"


def readable(language: str) -> Callable[[Mapping[str, Parts]], str]:
    """What makes the archive's page in a language."""

    def render(services: Mapping[str, Parts]) -> str:
        return fragment(_FOLDER, "readable.html", language, services=services)

    return render


def fetch_page(archive: Archive, language: str) -> HTMLResponse:
    """A button that hands the archive out; nothing has changed."""
    return page(_FOLDER, "fetch.html", language, size=max(1, archive.size // 1024))


def nothing_page(language: str) -> HTMLResponse:
    """It was handed out, or has expired."""
    return page(_FOLDER, "nothing.html", language, status=410)
