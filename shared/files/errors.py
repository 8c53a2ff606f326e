"""What is refused of a file as a whole, and of its import, with status and slug."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, TooLarge, Unavailable


class FilesNotSetUp(Unavailable):
    """No folder for files is set."""

    slug, title = "imports-not-set-up", "Files cannot be taken here"


class UnreadableFile(Invalid):
    """The file as a whole cannot be read; nothing of it is kept."""

    slug, title = "unreadable-file", "The file cannot be read"


class UnknownEncoding(Invalid):
    """Not UTF-8, and which of the older encodings it is cannot be told by a program."""

    slug, title = "unknown-encoding", "The encoding of the file must be named"


class FileTooLarge(TooLarge):
    """More bytes, or more when unpacked, than are taken."""

    slug, title = "file-too-large", "The file is too large"


class NoSuchImport(NotFound):
    """There is no import with that id."""

    slug, title = "no-such-import", "No such import"


class InvalidMapping(Invalid):
    """The mapping names what is not there, or leaves open what must be said."""

    slug, title = "invalid-mapping", "The mapping cannot be used"


class WrongState(Conflict):
    """The import is not at the point where this can be asked of it."""

    slug, title = "import-not-ready", "The import is not ready for this"
