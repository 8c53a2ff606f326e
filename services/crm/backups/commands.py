"""`crm backup` and `crm restore`: a whole installation into a folder, and back."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from services.crm import installation
from services.crm.backups.archive import Manifest, read_manifest
from services.crm.backups.restoring import put_back, refuse_wrong_targets
from services.crm.backups.restoring import restore as restore_databases
from services.crm.backups.taking import take
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, failures_explained, show
from services.crm.settings import Folder, database_is_named, database_is_shared, settings_for
from services.registry import SERVICES
from shared.config import ServiceSettings
from shared.observability.logging import configure_logging

Archive = Annotated[Path, typer.Argument(metavar="BACKUP", help="The backup's folder.")]
With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="NAME=PATH", help="A file or folder besides (keys, imports); may be repeated."),
]


class Only(StrEnum):
    """A part of a restore."""

    FILES = "files"
    DATABASES = "databases"


def backup(archive: Archive, also: With = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Write the five databases, keys and files into a new folder, while everything goes on.

    Of a local installation (`make start`) keys, accounts, settings and imported files are taken by themselves.
    Elsewhere DATABASE_URL has {service} in the place of the service's name, and --with names what else is kept. The
    folder holds every key: keep it as you keep those. PostgreSQL's pg_dump is needed.

    \b
    Example:
      crm backup /backups/monday --folder .local/start
      DATABASE_URL=postgresql://crm:secret@db/{service} crm backup /backups/monday --with imports=/imports
    """
    settings = _settings(folder)
    with failures_explained():
        manifest = asyncio.run(take(settings, _places(folder, also), archive.absolute()))
    show(
        _told(archive, manifest),
        f"{archive}: five databases as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC and "
        f"{', '.join(manifest.places) or 'no files'}; {manifest.bytes / 1e6:.1f} MB, each file with its SHA-256.",
        as_json=as_json,
    )


def restore(
    archive: Archive,
    also: With = None,
    journal: Annotated[Path | None, typer.Option(help="JOURNAL_FOLDER of the installation that was lost.")] = None,
    only: Annotated[Only | None, typer.Option(help="One part: files before servers start, databases after.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what is there.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether the backup is whole.")] = False,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Restore a backup into empty databases. Nothing is sent afterwards until `crm sending resume` says what waited.

    Stop all apps and workers first. A local installation is restored on an empty machine by
    `make start ARGS="--restore BACKUP"`, which calls this.

    \b
    Example:
      crm restore /backups/monday --check
      DATABASE_URL=postgresql://crm:secret@db/{service} crm restore /backups/monday --journal /other-disk/journal
    """
    configure_logging("ERROR", service="crm", process="restore")
    settings = {} if check or only is Only.FILES else _settings(folder)
    with failures_explained():
        manifest = read_manifest(archive)
        if check:
            show(_told(archive, manifest), f"{archive} is whole, of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC.",
                 as_json=as_json)  # fmt: skip
            return
        places = _places(folder, also)
        if only is Only.FILES:
            put = put_back(archive, manifest, places, replace=replace)
            show({"files": put}, f"Put back: {', '.join(put) or 'nothing'}.", as_json=as_json)
            return
        asyncio.run(refuse_wrong_targets(settings, manifest, replace=replace))
        put = [] if only is Only.DATABASES else put_back(archive, manifest, places, replace=replace)
        known = journal or settings["campaigns"].journal_folder
        restored = asyncio.run(restore_databases(settings, archive, manifest, known))
    lines = [
        f"Restored as of {manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC" + (f", with {', '.join(put)}." if put else "."),
        f"Known since then: {restored.refusals} refusals, {restored.hand_overs} hand-overs; {restored.erased} erasures "
        "were carried out again.",
        "The broker has none of the topics of then: every service tells its last seven days again."
        if restored.another_broker
        else "The broker has the topics of then: what was forgotten is heard again.",
        f"Sending is halted, {restored.due} messages are due. Go on: `crm sending resume --waiting unknown` (or send).",
    ]
    show({"taken_at": manifest.taken_at, "files": put, **asdict(restored)}, "\n".join(lines), as_json=as_json)


def _settings(folder: Path) -> dict[str, ServiceSettings]:
    if database_is_named() and database_is_shared(folder):
        fail(
            "DATABASE_URL names no database for each service.",
            "Write {service} into DATABASE_URL where its name goes, or name a local installation with --folder.",
            WRONG_USAGE,
        )
    return {service: settings_for(service, folder) for service in SERVICES}


def _places(folder: Path, also: list[str] | None) -> dict[str, Path]:
    """What is kept besides the databases: of a local installation its own files, and what was named."""
    places = {} if database_is_named() else installation.kept_places(folder)
    for word in also or ():
        name, separator, path = word.partition("=")
        if not separator or not name or "/" in name or name.startswith("."):
            fail(f"{word} is no NAME=PATH.", "Write --with imports=/imports.", WRONG_USAGE)
        places[name] = Path(path)
    return places


def _told(archive: Path, manifest: Manifest) -> dict[str, object]:
    return {"backup": str(archive), **asdict(manifest), "bytes": manifest.bytes}
