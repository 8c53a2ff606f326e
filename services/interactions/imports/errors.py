"""What imports refuses, with status and slug. A file as a whole is refused by `shared.files.errors`."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class NoSuchImport(NotFound):
    """There is no import with that id."""

    slug, title = "no-such-import", "No such import"


class NotFromAFile(NotFound):
    """The interaction came by another door, was erased, or does not exist."""

    slug, title = "not-from-a-file", "Not recorded from a file"


class InvalidMapping(Invalid):
    """The mapping names what is not there, or leaves open what must be said."""

    slug, title = "invalid-mapping", "The mapping cannot be used"


class WrongState(Conflict):
    """The import is not at the point where this can be asked of it."""

    slug, title = "import-not-ready", "The import is not ready for this"
