"""The page on which somebody chooses what they get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from fastapi.responses import HTMLResponse

from services.privacy.preferences.domain import PAUSES, Frequency
from services.privacy.preferences.service import Offer, Shown
from services.privacy.site.content import DEFAULT, LANGUAGES, page, words

_FOLDER = Path(__file__).parent / "templates"


def wording(offer: Offer, language: str) -> str:
    """The words beside a box: exactly what somebody who ticks it agrees to."""
    known = words(language if language in LANGUAGES else DEFAULT)
    return known["preferences_wording"].format(
        purpose=offer.purpose.label(language), channel=known[f"channel_{offer.channel}"]
    )


def wording_version(language: str) -> str:
    """By which the ledger names the words of this page."""
    return f"preference-centre 1 ({language})"


def preferences_page(
    shown: Shown, language: str, now: datetime, *, said: str | None = None, status: int = 200
) -> HTMLResponse:
    """The boxes, how often, the pause, the language; `said` is the word on what was just done."""
    paused = shown.preferences.paused_until
    return page(
        _FOLDER,
        "preferences.html",
        language,
        status=status,
        offers=[(offer, wording(offer, language)) for offer in shown.offers],
        purposes=_purposes(shown.offers),
        preferences=shown.preferences,
        often=list(Frequency),
        pauses=PAUSES,
        paused=paused.date().isoformat() if paused is not None and paused > now else None,
        said=said,
    )


def _purposes(offers: Sequence[Offer]) -> list[tuple[str, object]]:
    return list({offer.purpose.name: offer.purpose for offer in offers}.items())
