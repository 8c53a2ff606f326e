"""Check API keys against a mounted file of hashes, which is read again when it changes."""

from __future__ import annotations

import fcntl
import hmac
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.observability.logging import get_logger
from shared.observability.metrics import KEY_FILE_BROKEN, KEYS_RELOADED

log = get_logger(__name__)

Trust = Literal["server", "browser"]
"""Where a key is kept: by a server of the firm, or in pages and apps that whoever looks can read. What a browser's key
says of somebody is hearsay: it opens a customer, and changes nothing of one that is known."""

SCOPES = {
    "interactions:write": "record what happened; reads nothing but what became of it",
    "interactions:read": "timelines and single interactions",
    "interactions:import": "bring files of orders, see what they hold, run them and take them back",
    "catalogue:read": "products, prices, and costs to the firm",
    "catalogue:write": "put products into the catalogue",
    "interactions:define": "declare the firm's own event types",
    "cases:read": "service cases with what was said in them",
    "cases:write": "open service cases, work on them, write down what was said",
    "responses:write": "report bounces, complaints and wishes to unsubscribe, beside interactions:write",
    "customers:read": "profiles and searches",
    "customers:write": "create and change customers",
    "customers:cards": "contact cards, for sending",
    "customers:merge": "link, merge and undo",
    "customers:export": "take customers out as files, with a reason that is kept",
    "customers:import": "bring files of customers, see what they hold, run them",
    "analytics:read": "segments, memberships, insights",
    "analytics:write": "define segments",
    "campaigns:read": "campaigns and reports",
    "campaigns:write": "create and change campaigns",
    "campaigns:send": "start, pause, stop",
    "campaigns:settings": "say who writes and over which mail server: where every address goes",
    "campaigns:service": "beside write and send: messages of the purpose `service`, which need no consent",
    "privacy:read": "consent and suppression of a customer",
    "privacy:write": "record consent and withdrawal",
    "privacy:signup": "sign somebody up: their address is asked by mail before anything is permitted",
    "privacy:inbound": "hand over what people answer to messages: STOP and its like withdraw",
    "privacy:permits": "permits, for sending",
    "privacy:erase": "erase a person",
    "privacy:requests": "requests of data subjects: take, check, answer, hand out what is kept",
    "subjects:read": "everything that a service keeps about one person, for privacy's answers",
    "privacy:admin": "define purposes, wordings and forms; take who was erased or complained off the suppression list",
    "operations": "dead letters and repair",
}

# All that a key which anybody can read may have: it opens nothing that shows or changes somebody else's record.
BROWSER_SCOPES = frozenset({"interactions:write", "privacy:write", "privacy:signup"})


class BadKeyFile(Exception):
    """The key file cannot be used; the text names the fault."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. Rotation: two keys may carry one id."""

    id: str
    scopes: frozenset[str]
    trust: Trust = "server"
    source: str = ""

    @property
    def accounts(self) -> str:
        """The shop whose account ids this caller sends: several keys of one shop name one source."""
        return self.source or self.id


ANYBODY = Principal("", frozenset())


class KeyEntry(BaseModel):
    """One key of the file: whose it is, its hash, what it may do, whose account ids it sends, until when."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    scopes: list[str]
    trust: Trust = "server"
    source: str | None = Field(None, min_length=1, max_length=100)
    expires_at: datetime | None = None


_FILE = TypeAdapter(list[KeyEntry])


def hash_key(key: str) -> str:
    """What stands in the file. Keys are long and random, so one round of SHA-256 is enough."""
    return sha256(key.encode()).hexdigest()


class ApiKeys:
    """The keys of one file.

    A changed file counts from the next request on. One that cannot be understood leaves in force, as they were, the
    former keys whose hashes still stand in it: a typo must not shut every door, nor keep a key that was taken out.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        self._entries = read_key_file(path)

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> Principal | None:
        """The holder of `key`, unless it is unknown or has expired. Compares all entries in constant time."""
        self._reload_when_changed()
        digest = hash_key(key)
        holder = None
        for entry in self._entries:
            same = hmac.compare_digest(entry.sha256, digest)
            if same and (entry.expires_at is None or entry.expires_at.timestamp() > time.time()):
                holder = Principal(entry.id, frozenset(entry.scopes), entry.trust, entry.source or "")
        return holder

    def _look(self) -> tuple[int, int, int]:
        try:
            stat = self._path.stat()
        except OSError:
            return (0, 0, 0)
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)

    def _reload_when_changed(self) -> None:
        stamp = self._look()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._entries = read_key_file(self._path)
        except BadKeyFile as error:
            before, text = len(self._entries), _bytes_of(self._path)
            self._entries = [entry for entry in self._entries if entry.sha256.encode() in text]
            KEYS_RELOADED.labels("refused").inc()
            KEY_FILE_BROKEN.set(1)
            log.error("api_keys_not_reloaded", reason=str(error), kept=len(self._entries), before=before)
        else:
            KEYS_RELOADED.labels("loaded").inc()
            KEY_FILE_BROKEN.set(0)
            log.info("api_keys_reloaded", keys=len(self._entries))


def _bytes_of(path: Path) -> bytes:
    """A file that is gone lists nobody."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def read_key_file(path: Path) -> list[KeyEntry]:
    """The entries of a key file. Raises BadKeyFile."""
    try:
        entries = _FILE.validate_python(orjson.loads(path.read_bytes()))
    except OSError as error:
        raise BadKeyFile(f"cannot read the key file: {error.strerror}") from None
    except orjson.JSONDecodeError as error:
        raise BadKeyFile(f"the key file is not JSON: {error}") from None
    except ValidationError as error:
        faults = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise BadKeyFile(f"the key file is not a list of id, sha256, scopes: {faults}") from None
    if unknown := {scope for entry in entries for scope in entry.scopes} - SCOPES.keys():
        raise BadKeyFile(f"unknown scopes: {', '.join(sorted(unknown))}")
    for entry in entries:
        if entry.trust == "browser" and (beyond := set(entry.scopes) - BROWSER_SCOPES):
            raise BadKeyFile(f"a browser's key that anybody may read: {entry.id} has {', '.join(sorted(beyond))}")
    if naive := [entry.id for entry in entries if entry.expires_at is not None and entry.expires_at.tzinfo is None]:
        raise BadKeyFile(f"expires_at without a time zone: {', '.join(naive)}")
    return entries


@contextmanager
def changing_key_file(path: Path) -> Iterator[None]:
    """Whoever changes the file does so alone, from reading it to writing it: of two who both add a key none is lost.
    Raises OSError, as `write_key_file` does."""
    lock = path.with_name(f"{path.name}.lock")
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_key_file(path: Path, entries: Sequence[KeyEntry]) -> None:
    """Replace the file whole, so that a process that reads it meanwhile sees the old one or the new one. Raises
    OSError, for instance where the file is mounted read-only."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(
        orjson.dumps(
            [entry.model_dump(mode="json", exclude_none=True) for entry in entries], option=orjson.OPT_INDENT_2
        )
    )
    if path.exists():
        fresh.chmod(path.stat().st_mode & 0o777)
    fresh.replace(path)
