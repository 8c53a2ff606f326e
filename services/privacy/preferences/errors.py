"""Refusals of wishes that cannot be kept."""

from __future__ import annotations

from shared.errors import Forbidden, Invalid


class PauseNotAhead(Invalid):
    """A pause that is over already, or lasts for years."""

    slug, title = "pause-not-ahead", "The pause cannot be kept"


class NotForPages(Forbidden):
    """A key that anybody can read must not open everybody's preferences."""

    slug, title = "not-for-pages", "Not with a browser's key"
