"""Refusals about messages."""

from __future__ import annotations

from shared.errors import NotFound


class MessageNotFound(NotFound):
    """No such message among those that wait to be settled."""

    slug, title = "message-not-found", "There is no such unknown message"
