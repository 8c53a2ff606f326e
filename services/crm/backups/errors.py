"""Refusals about backups."""

from __future__ import annotations

from shared.errors import Conflict, Invalid


class BackupDamaged(Invalid):
    """A file is missing, is another one, or the manifest cannot be read."""

    slug, title = "backup-damaged", "The backup is not as it was written"


class BackupTooNew(Conflict):
    """It was written by a newer version of the product."""

    slug, title = "backup-too-new", "The backup is of a newer version"


class OtherInstallation(Conflict):
    """Its ids and hashes were made with another INSTALLATION_KEY."""

    slug, title = "other-installation-key", "The backup was made with another installation key"


class TargetInUse(Conflict):
    """Other sessions are in a database that is to be restored."""

    slug, title = "database-in-use", "Something else uses the database"


class TargetNotEmpty(Conflict):
    """There is something where the backup is to go."""

    slug, title = "target-not-empty", "There is something already"
