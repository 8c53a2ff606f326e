"""Refusals of lists."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class ListNotFound(NotFound):
    """No list has this name."""

    slug, title = "suppression-list-not-found", "There is no such list"


class OtherKey(Conflict):
    """Hashes under another key match nobody here: a list that stops nothing must not look as if."""

    slug, title = "hashed-with-another-key", "The list was hashed with another key"
