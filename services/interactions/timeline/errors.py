"""Refusals of questions about interactions."""

from __future__ import annotations

from shared.errors import Invalid, NotFound


class InteractionNotFound(NotFound):
    """No interaction has this id."""

    slug, title = "interaction-not-found", "No such interaction"


class InvalidFilter(Invalid):
    """A filter that cannot match anything by its own terms."""

    slug, title = "invalid-filter", "The filter is not valid"
