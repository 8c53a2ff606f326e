"""A backup on disk: a folder with dumps, files, and a manifest that says what they must be."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from services.crm.backups.errors import BackupDamaged, BackupTooNew
from services.registry import SERVICES, migrations_of

FORMAT = 1
MANIFEST = "manifest.json"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup, by its path in it."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `heads` are the newest migrations by service, `places` the names of the files and folders
    besides the databases, `broker` which Kafka its topics were on (None: it did not answer), `installation` a keyed
    number of the INSTALLATION_KEY."""

    taken_at: datetime
    heads: Mapping[str, str]
    installation: str
    broker: str | None
    places: tuple[str, ...]
    files: tuple[Kept, ...]
    format: int = FORMAT

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(file.bytes for file in self.files)


def number_of(installation_key: str) -> str:
    """By which two installation keys can be compared, and which tells none."""
    return hmac.new(installation_key.encode(), b"backup", hashlib.sha256).hexdigest()[:32]


def dump_of(folder: Path, service: str) -> Path:
    """Where a service's dump lies in a backup."""
    return folder / "databases" / f"{service}.dump"


def place_of(folder: Path, name: str) -> Path:
    """Where a kept file or folder lies in a backup."""
    return folder / "files" / name


def copy_place(source: Path, target: Path) -> None:
    """A file, or a folder with all regular files in it. What goes away meanwhile is passed over."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(source, target)
        return
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for entry in sorted(source.iterdir()):
        if entry.is_symlink():
            continue
        try:
            copy_place(entry, target / entry.name)
        except FileNotFoundError:
            continue


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The manifest, last of all: a backup without one is none."""
    body = {**asdict(manifest), "taken_at": manifest.taken_at.isoformat()}
    file = folder / MANIFEST
    with file.open("wb") as output:
        output.write(orjson.dumps({**body, "sha256": _digest_of(body)}, option=orjson.OPT_INDENT_2))
        output.flush()
        os.fsync(output.fileno())


def files_in(folder: Path) -> tuple[Kept, ...]:
    """Every file of a backup with its size and SHA-256, on the disk by now."""
    return tuple(
        Kept(str(path.relative_to(folder)), path.stat().st_size, _sha256(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    )


def read_manifest(folder: Path) -> Manifest:
    """What the backup holds, each file looked at. Raises BackupDamaged, BackupTooNew."""
    manifest = _manifest_in(folder)
    for file in manifest.files:
        path = folder / file.path
        if not path.is_file():
            raise BackupDamaged(f"{file.path} is missing.", cure="Take another backup.")
        if path.stat().st_size != file.bytes or _sha256(path) != file.sha256:
            raise BackupDamaged(f"{file.path} is not the file that was written.", cure="Take another backup.")
    if missing := [service for service in SERVICES if not dump_of(folder, service).is_file()]:
        raise BackupDamaged(f"There is no dump of {', '.join(missing)}.", cure="Take another backup.")
    return manifest


def _manifest_in(folder: Path) -> Manifest:
    try:
        body: dict[str, Any] = orjson.loads((folder / MANIFEST).read_bytes())
        written = body.pop("sha256")
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise BackupDamaged(
            f"{folder} has no manifest that can be read ({type(error).__name__}).",
            cure="Name the folder that `crm backup` has made; one that was interrupted is no backup.",
        ) from error
    if isinstance(body.get("format"), int) and body["format"] > FORMAT:
        raise BackupTooNew(f"It has format {body['format']}, this version reads {FORMAT}.", cure=_NEWER)
    if written != _digest_of(body):
        raise BackupDamaged("The manifest was changed since it was written.", cure="Take another backup.")
    manifest = Manifest(
        taken_at=datetime.fromisoformat(body["taken_at"]),
        heads=body["heads"],
        installation=body["installation"],
        broker=body["broker"],
        places=tuple(body["places"]),
        files=tuple(Kept(**file) for file in body["files"]),
        format=body["format"],
    )
    _refuse_newer(manifest.heads.items())
    return manifest


_NEWER = "Restore it with the version that wrote it, or a newer one."


def _refuse_newer(heads: Iterable[tuple[str, str]]) -> None:
    for service, head in heads:
        config = Config()
        config.set_main_option("script_location", str(migrations_of(service)))
        try:
            ScriptDirectory.from_config(config).get_revision(head)
        except CommandError as error:
            raise BackupTooNew(
                f"The schema of {service} is {head}, which this version does not know.", cure=_NEWER
            ) from error


def _digest_of(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
        os.fsync(content.fileno())
    return digest.hexdigest()
