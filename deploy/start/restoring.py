"""Restore a backup on an empty machine: files before the servers start, databases before the services do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from deploy.local.errors import CannotStart


def put_back(backup: Path, folder: Path) -> None:
    """Keys, accounts, settings and imported files are in `folder`. Raises CannotStart where there is an installation
    already, and for a backup that is damaged or too new."""
    if (folder / "installation").exists() or (folder / "stack").exists():
        raise CannotStart(f"{folder} holds an installation already; name an empty folder with --folder")
    _crm("restore", str(backup), "--folder", str(folder), "--only", "files")


def fill_databases(backup: Path, folder: Path, journal: Path | None) -> None:
    """The databases, empty until now, hold the backup, and nothing is sent until somebody lets it. Raises
    CannotStart."""
    told = () if journal is None else ("--journal", str(journal))
    _crm("restore", str(backup), "--folder", str(folder), "--only", "databases", *told)


def _crm(*words: str) -> None:
    if subprocess.run([sys.executable, "-m", "services.crm", *words]).returncode:
        raise CannotStart("The backup was not restored; see above.")
