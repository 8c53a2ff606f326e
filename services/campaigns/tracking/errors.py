"""Refusals of tracking links."""

from __future__ import annotations

from shared.errors import NotFound


class NoSuchLink(NotFound):
    """A tracking token that we did not make."""

    slug, title = "no-such-link", "There is no such link"
