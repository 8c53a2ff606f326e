"""Refusals of holds that do not exist, are over, or lie in the past."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class HoldNotFound(NotFound):
    """No hold has this id."""

    slug, title = "hold-not-found", "There is no such hold"


class HoldOver(Conflict):
    """It was lifted, or its end has come."""

    slug, title = "hold-over", "The hold is over"


class HoldEndsTooEarly(Invalid):
    """It would end before it begins."""

    slug, title = "hold-ends-too-early", "The hold ends before it begins"
