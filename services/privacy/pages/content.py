"""The pages behind the unsubscribe link of a message, in the frame of all pages for recipients."""

from __future__ import annotations

from pathlib import Path

from fastapi.responses import HTMLResponse

from services.privacy.site.content import DEFAULT, page

_TEMPLATES = Path(__file__).parent / "templates"
_CHANNELS = {"email": "e-mail", "sms": "text message", "post": "post", "phone": "telephone"}


def unsubscribe_page(purpose: str, channel: str, token: str) -> HTMLResponse:
    """The page that asks what the recipient would like; nothing has changed."""
    about, by = _in_words(purpose), _CHANNELS.get(channel, channel)
    return page(_TEMPLATES, "unsubscribe.html", DEFAULT, purpose=about, channel=by, token=token)


def unsubscribed_page(purpose: str, channel: str, *, everything: bool) -> HTMLResponse:
    """The page that says what was withdrawn."""
    about, by = _in_words(purpose), _CHANNELS.get(channel, channel)
    return page(_TEMPLATES, "unsubscribed.html", DEFAULT, purpose=about, channel=by, everything=everything)


def preview_page() -> HTMLResponse:
    """The page behind the link of a preview or a test mail: nobody is unsubscribed by it."""
    return page(_TEMPLATES, "preview.html", DEFAULT)


def _in_words(purpose: str) -> str:
    return purpose.replace("_", " ").replace(".", ": ")
