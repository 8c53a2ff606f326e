"""Render pages for recipients: plain HTML in their language, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

# What every such page is sent with.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    # The address may hold a token: it must not travel to other sites, nor into a search engine.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
# Each in its own name, as a page offers them.
LANGUAGES: Mapping[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "da": "Dansk",
    "ro": "Română",
    "cs": "Čeština",
}
DEFAULT = "en"
_FOLDER = Path(__file__).parent
# More languages in one header are no browser's.
_MOST_ASKED = 20


def page(folder: Path, template: str, language: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A template of a capability's folder as an answer. `word(key, …)` is a text in the page's language; every value
    is escaped, a missing one raises."""
    language = language if language in LANGUAGES else DEFAULT
    html = fragment(folder, template, language, **values)
    return HTMLResponse(html, status_code=status, headers={**HEADERS, "Content-Language": language})


def fragment(folder: Path, template: str, language: str, **values: object) -> str:
    """The same as text, for another page."""

    def word(key: str, **named: object) -> Markup:
        return Markup(words(language)[key]).format(**{name: escape(value) for name, value in named.items()})

    shown = {"word": word, "language": language, "languages": LANGUAGES, **values}
    return _templates(folder).get_template(template).render(shown)


def unknown_link(language: str) -> HTMLResponse:
    """The page for a token that is damaged, forged or of another purpose."""
    return page(_FOLDER / "templates", "unknown_link.html", language, status=404)


def language_of(accepted: str | None, asked: Iterable[str | None] = ()) -> str:
    """The first of our languages among those `asked` for by name, else by a browser's Accept-Language."""
    for name in asked:
        if name and name.partition("-")[0].lower() in LANGUAGES:
            return name.partition("-")[0].lower()
    weighed = []
    for place, part in enumerate((accepted or "").split(",")[:_MOST_ASKED]):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, name.partition("-")[0].lower()))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(weighed) if name in LANGUAGES), DEFAULT)


@cache
def words(language: str) -> Mapping[str, str]:
    """The texts in one language, by key."""
    found: dict[str, str] = json.loads((_FOLDER / "words" / f"{language}.json").read_text())
    return found


@cache
def _templates(folder: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader([folder, _FOLDER / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
