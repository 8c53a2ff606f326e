"""Render the pages that a recipient of a message may see: plain HTML, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

# What every such page is sent with.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    # The address holds the token: it must not travel to other sites, nor into a search engine.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_CHANNELS = {"email": "e-mail", "sms": "text message", "post": "post", "phone": "telephone"}


def unsubscribe_page(purpose: str, channel: str, token: str) -> str:
    """The page that asks what the recipient would like; nothing has changed."""
    channel = _CHANNELS.get(channel, channel)
    return render("unsubscribe.html", purpose=_in_words(purpose), channel=channel, token=token)


def unsubscribed_page(purpose: str, channel: str, *, everything: bool) -> str:
    """The page that says what was withdrawn."""
    channel = _CHANNELS.get(channel, channel)
    return render("unsubscribed.html", purpose=_in_words(purpose), channel=channel, everything=everything)


def unknown_link_page() -> str:
    """The page for a token that is damaged or forged."""
    return render("unknown_link.html")


def preview_page() -> str:
    """The page behind the link of a preview or a test mail: nobody is unsubscribed by it."""
    return render("preview.html")


def render(template: str, **values: object) -> str:
    """A template of this folder as HTML; every value is escaped, a missing one raises."""
    return _TEMPLATES.get_template(template).render(values)


def _in_words(purpose: str) -> str:
    return purpose.replace("_", " ").replace(".", ": ")
