"""Refusals of wishes that cannot be kept."""

from __future__ import annotations

from shared.errors import Invalid


class PauseNotAhead(Invalid):
    """A pause that is over already, or lasts for years."""

    slug, title = "pause-not-ahead", "The pause cannot be kept"
