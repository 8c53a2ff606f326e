"""The pages of sign-ups, and the form that stands in a page of the firm's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi.responses import HTMLResponse

from services.privacy.signups.service.confirming import Shown
from services.privacy.signups.service.forms import ShownForm
from services.privacy.site.content import LANGUAGES, fragment, page, words

_FOLDER = Path(__file__).parent / "templates"


def form_page(
    shown: ShownForm,
    language: str,
    *,
    typed: Mapping[str, str] | None = None,
    error: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    """The form, with what was typed into it and what is wrong with that."""
    return page(
        _FOLDER,
        "form.html",
        language,
        status=status,
        form=shown.form,
        heading=shown.form.title(language, words(language)["form_submit"]),
        notices=shown.notices,
        typed=dict(typed or {}),
        error=error,
    )


def embed(shown: ShownForm, base: str) -> str:
    """The form as a fragment of HTML for another page."""
    language = shown.language if shown.language in LANGUAGES else "en"
    action = f"{base}/forms/{shown.form.name}"
    return fragment(_FOLDER, "embed.html", language, form=shown.form, notices=shown.notices, action=action)


def thanks_page(language: str, hours: float) -> HTMLResponse:
    """Look into your mailbox."""
    return page(_FOLDER, "thanks.html", language, status=202, hours=round(hours))


def confirm_page(shown: Shown) -> HTMLResponse:
    """The wordings that were ticked, and the button; nothing has changed."""
    return page(_FOLDER, "confirm.html", shown.signup.language, notices=shown.notices)


def confirmed_page(shown: Shown, *, before: bool) -> HTMLResponse:
    """It is confirmed; `before`: it was already."""
    return page(_FOLDER, "confirmed.html", shown.signup.language, before=before)


def expired_page(language: str) -> HTMLResponse:
    """The link came too late."""
    return page(_FOLDER, "expired.html", language, status=410)
