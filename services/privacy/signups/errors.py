"""Refusals of sign-ups."""

from __future__ import annotations

from shared.errors import Invalid, NotFound, TooManyRequests


class FormNotFound(NotFound):
    """No form has this name."""

    slug, title = "form-not-found", "There is no such form"


class FormShowsNothing(Invalid):
    """A form whose wordings are not there."""

    slug, title = "form-shows-nothing", "The form has no wording to show"


class WordingAsksOtherwise(Invalid):
    """A wording that asks for nothing by e-mail: following a link in a mail would confirm nothing of it."""

    slug, title = "wording-not-by-email", "This wording asks for nothing by e-mail"


class AddressUnusable(Invalid):
    """No mailbox can have this address."""

    slug, title = "address-unusable", "The address cannot be used"


class TooYoung(Invalid):
    """A child; a guardian has to consent."""

    slug, title = "too-young", "A guardian has to consent"


class TooManySignUps(TooManyRequests):
    """More sign-ups from one client than people fill in forms."""

    slug, title = "too-many-sign-ups", "Too many sign-ups"
