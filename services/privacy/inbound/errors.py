"""Refusals of answers that nobody can have written."""

from __future__ import annotations

from shared.errors import Invalid


class NoSuchSender(Invalid):
    """The sender is no address of this channel."""

    slug, title = "no-such-sender", "The sender is no address of this channel"
