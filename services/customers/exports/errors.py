"""What exports refuses, with status and slug."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class NoSuchExport(NotFound):
    """There is no export with that id."""

    slug, title = "no-such-export", "No such export"


class NoSuchLayout(NotFound):
    """No layout is kept under that name."""

    slug, title = "no-such-layout", "No such layout"


class InvalidExport(Invalid):
    """Columns or criteria name what is not there."""

    slug, title = "invalid-export", "The export cannot be made"


class ExportNotReady(Conflict):
    """The file is not there: not yet, or no longer."""

    slug, title = "export-not-ready", "The export is not ready"
