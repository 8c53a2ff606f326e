"""What imports refuses, with status and slug. What is refused of every file is in `shared.files.errors`."""

from __future__ import annotations

from shared.errors import Conflict, NotFound


class NoSuchMapping(NotFound):
    """No mapping is kept under that name."""

    slug, title = "no-such-mapping", "No such mapping"


class NotUndoable(Conflict):
    """What the import wrote over was not kept."""

    slug, title = "import-not-undoable", "The import cannot be taken back"
