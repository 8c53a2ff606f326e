"""What imports refuses, with status and slug. What is refused of every file is in `shared.files.errors`."""

from __future__ import annotations

from shared.errors import NotFound


class NotFromAFile(NotFound):
    """The interaction came by another door, was erased, or does not exist."""

    slug, title = "not-from-a-file", "Not recorded from a file"
