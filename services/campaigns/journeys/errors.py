"""Refusals about journeys."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class JourneyNotFound(NotFound):
    """No such journey."""

    slug, title = "journey-not-found", "There is no such journey"


class InvalidJourney(Invalid):
    """A definition that cannot be walked; `errors` point at each fault."""

    slug, title = "invalid-journey", "The journey is not valid"


class NotPossibleNow(Conflict):
    """The journey's state does not allow it."""

    slug, title = "not-possible-in-this-state", "Not possible in this state"
