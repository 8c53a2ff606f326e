"""What imports refuses, with status and slug. A file as a whole is refused by `shared.files.errors`."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class NoSuchImport(NotFound):
    """There is no import with that id."""

    slug, title = "no-such-import", "No such import"


class NoSuchMapping(NotFound):
    """No mapping is kept under that name."""

    slug, title = "no-such-mapping", "No such mapping"


class InvalidMapping(Invalid):
    """The mapping names what is not there, or leaves open what must be said."""

    slug, title = "invalid-mapping", "The mapping cannot be used"


class WrongState(Conflict):
    """The import is not at the point where this can be asked of it."""

    slug, title = "import-not-ready", "The import is not ready for this"


class NotUndoable(Conflict):
    """What the import wrote over was not kept."""

    slug, title = "import-not-undoable", "The import cannot be taken back"
