"""`crm keys`: the API keys of an installation. The key file holds hashes; a new key is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.crm import installation
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder
from shared.clock import SystemClock
from shared.security.api_keys import (
    BROWSER_SCOPES,
    SCOPES,
    BadKeyFile,
    KeyEntry,
    changing_key_file,
    hash_key,
    read_key_file,
    write_key_file,
)

commands = typer.Typer(help="API keys: list, print, create, revoke, rotate.", no_args_is_help=True)

Holder = Annotated[str, typer.Argument(metavar="ID", help="Who holds the key, such as storefront.")]
_LONGEST_SOURCE = 100
KeyFile = Annotated[
    Path | None, typer.Option("--file", help="The key file; API_KEYS_FILE without it, else the local installation's.")
]
_SHOWN = 12


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")

    api_keys_file: Path | None = None


@commands.command("list")
def list_(file: KeyFile = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """List the keys: holder, beginning of the hash, where it is kept, end, scopes.

    \b
    Example:
      crm keys list
    """
    entries = _read(_file(file, folder))
    rows = [[entry.id, entry.sha256[:_SHOWN], entry.trust, _until(entry), " ".join(entry.scopes)] for entry in entries]
    show([entry.model_dump(mode="json") for entry in entries], table(rows) or "No keys.", as_json=as_json)


@commands.command("print")
def print_(
    role: Annotated[str | None, typer.Argument(metavar="ID", help="Only this one, and nothing but the key.")] = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Print the keys of the local installation in the clear; elsewhere only hashes are kept.

    \b
    Example:
      curl -H "Authorization: Bearer $(crm keys print storefront)" …
    """
    keys = installation.keys_of(folder)
    if role is None:
        show(keys, table([[*item] for item in keys.items()]), as_json=as_json)
    elif role in keys:
        show({role: keys[role]}, keys[role], as_json=as_json)
    else:
        fail(f"{role} has no key here.", f"Name one of {', '.join(keys)}.")


@commands.command("create")
def create(
    id: Holder,
    scope: Annotated[list[str], typer.Option(help="May be repeated. " + ", ".join(SCOPES))],
    days: Annotated[float | None, typer.Option(min=0, help="The key ends after so many days.")] = None,
    browser: Annotated[
        bool, typer.Option("--browser", help="For pages and apps, where anybody can read it: its word is hearsay.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(help="The shop whose account ids come with this key as `userId`; its id without this."),
    ] = None,
    file: KeyFile = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Make a key and add its hash to the key file. The key is shown once; running processes take it at once.

    \b
    Example:
      crm keys create web-shop --scope interactions:write --days 365
      crm keys create web-page --scope interactions:write --browser
    """
    if unknown := sorted(set(scope) - SCOPES.keys()):
        fail(f"unknown scopes: {', '.join(unknown)}", f"Choose from {', '.join(SCOPES)}.", WRONG_USAGE)
    if browser and (beyond := sorted(set(scope) - BROWSER_SCOPES)):
        fail(
            f"a key that anybody can read may not have {', '.join(beyond)}",
            f"Leave --browser out, or choose from {', '.join(sorted(BROWSER_SCOPES))}.",
            WRONG_USAGE,
        )
    if source is not None and not 0 < len(source.strip()) <= _LONGEST_SOURCE:
        fail(f"a source has 1 to {_LONGEST_SOURCE} characters", "Name the shop, such as web-shop.", WRONG_USAGE)
    path = _file(file, folder)
    with _changing(path):
        entries = _read(path)
        if any(entry.id == id for entry in entries):
            fail(f"{id} has a key already.", f"Replace it with `crm keys rotate {id}`, or choose another id.")
        ends = None if days is None else _now() + timedelta(days=days)
        key = _new_key()
        fresh = KeyEntry(
            id=id,
            sha256=hash_key(key),
            scopes=scope,
            trust="browser" if browser else "server",
            source=source,
            expires_at=ends,
        )
        _write(path, [*entries, fresh])
    _show_key(id, key, as_json=as_json)


@commands.command("revoke")
def revoke(id: Holder, file: KeyFile = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Take every key of a holder away, at once.

    \b
    Example:
      crm keys revoke web-shop
    """
    path = _file(file, folder)
    with _changing(path):
        entries = _read(path)
        left = [entry for entry in entries if entry.id != id]
        if len(left) == len(entries):
            _fail_unknown(id, entries)
        if _is_role(path, folder, id):
            fail(
                f"{id} is a role of the local installation, which makes its key again at each start.",
                f"Replace its key: crm keys rotate {id} --grace-hours 0",
            )
        _write(path, left)
    show({"revoked": id, "keys": len(entries) - len(left)}, f"{id}: revoked.", as_json=as_json)


@commands.command("rotate")
def rotate(
    id: Holder,
    grace_hours: Annotated[float, typer.Option(min=0, help="How long the former key still counts.")] = 24.0,
    file: KeyFile = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Give a holder a new key, as trusted as the former, which ends after the grace. The key is shown once.

    \b
    Example:
      crm keys rotate web-shop --grace-hours 48
    """
    path = _file(file, folder)
    with _changing(path):
        entries = _read(path)
        former = [entry for entry in entries if entry.id == id]
        if not former:
            _fail_unknown(id, entries)
        end = _now() + timedelta(hours=grace_hours)
        kept = [entry if entry.id != id else _ending(entry, end) for entry in entries]
        key = _new_key()
        fresh = KeyEntry(
            id=id, sha256=hash_key(key), scopes=former[-1].scopes, trust=former[-1].trust, source=former[-1].source
        )
        if _is_role(path, folder, id):
            installation.remember_key(folder, id, key)
        _write(path, [*(entry for entry in kept if entry.expires_at is None or entry.expires_at > _now()), fresh])
    _show_key(id, key, as_json=as_json)


def _file(given: Path | None, folder: Path) -> Path:
    path = given or _Environment().api_keys_file
    if path is not None:
        return path
    if not installation.exists(folder):
        fail(
            "not set: API_KEYS_FILE, and there is no local installation.",
            "Name the key file with --file or API_KEYS_FILE, or a local installation with --folder.",
            WRONG_USAGE,
        )
    return installation.key_file_of(folder)


@contextmanager
def _changing(path: Path) -> Iterator[None]:
    try:
        with changing_key_file(path):
            yield
    except OSError as error:
        fail(f"{path} cannot be changed: {error}", "Where it is mounted from a secret, change that secret.")


def _read(path: Path) -> list[KeyEntry]:
    try:
        return read_key_file(path)
    except BadKeyFile as error:
        fail(f"{path}: {error}", "Mend the file; an empty one holds [].", WRONG_USAGE)


def _write(path: Path, entries: list[KeyEntry]) -> None:
    try:
        write_key_file(path, entries)
    except (OSError, ValidationError) as error:
        fail(f"{path} cannot be written: {error}", "Where it is mounted from a secret, change that secret.")


def _is_role(path: Path, folder: Path, id: str) -> bool:
    own = installation.exists(folder) and path.resolve() == installation.key_file_of(folder).resolve()
    return own and id in installation.keys_of(folder)


def _fail_unknown(id: str, entries: list[KeyEntry]) -> None:
    known = ", ".join(sorted({entry.id for entry in entries}))
    fail(f"{id} has no key in the file.", f"Name one of: {known}." if known else "The file holds no key.")


def _ending(entry: KeyEntry, end: datetime) -> KeyEntry:
    ends = end if entry.expires_at is None else min(entry.expires_at, end)
    return entry.model_copy(update={"expires_at": ends})


def _until(entry: KeyEntry) -> str:
    return "no end" if entry.expires_at is None else f"until {entry.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _show_key(id: str, key: str, *, as_json: bool) -> None:
    show({"id": id, "key": key}, f"{id}: {key}\nIt is not shown again.", as_json=as_json)


def _new_key() -> str:
    return secrets.token_urlsafe(32)


def _now() -> datetime:
    return SystemClock().now()
