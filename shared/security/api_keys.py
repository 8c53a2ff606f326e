"""Check API keys against a mounted file of hashes, which is read again when it changes."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import orjson
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.observability.logging import get_logger
from shared.observability.metrics import KEYS_RELOADED

log = get_logger(__name__)

SCOPES = {
    "interactions:write": "record what happened; reads nothing",
    "interactions:read": "timelines and single interactions",
    "customers:read": "profiles and searches",
    "customers:write": "create and change customers",
    "customers:cards": "contact cards, for sending",
    "customers:merge": "link, merge and undo",
    "analytics:read": "segments, memberships, insights",
    "analytics:write": "define segments",
    "campaigns:read": "campaigns and reports",
    "campaigns:write": "create and change campaigns",
    "campaigns:send": "start, pause, stop",
    "privacy:read": "consent and suppression of a customer",
    "privacy:write": "record consent and withdrawal",
    "privacy:permits": "permits, for sending",
    "privacy:erase": "erase a person",
    "privacy:admin": "take who was erased or complained off the suppression list",
    "operations": "dead letters and repair",
}


class BadKeyFile(Exception):
    """The key file cannot be used; the text names the fault."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls. Rotation: two keys may carry one id."""

    id: str
    scopes: frozenset[str]


ANYBODY = Principal("", frozenset())


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    scopes: list[str]
    expires_at: datetime | None = None


_FILE = TypeAdapter(list[_Entry])


def hash_key(key: str) -> str:
    """What stands in the file. Keys are long and random, so one round of SHA-256 is enough."""
    return sha256(key.encode()).hexdigest()


class ApiKeys:
    """The keys of one file.

    A changed file counts from the next request on. One that cannot be read leaves the former keys in force: a typo must
    not shut every door.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        self._entries = self._read()

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
                holder = Principal(entry.id, frozenset(entry.scopes))
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
            self._entries = self._read()
        except BadKeyFile as error:
            KEYS_RELOADED.labels("refused").inc()
            log.error("api_keys_not_reloaded", reason=str(error))
        else:
            KEYS_RELOADED.labels("loaded").inc()
            log.info("api_keys_reloaded", keys=len(self._entries))

    def _read(self) -> list[_Entry]:
        try:
            entries = _FILE.validate_python(orjson.loads(self._path.read_bytes()))
        except OSError as error:
            raise BadKeyFile(f"cannot read the key file: {error.strerror}") from None
        except orjson.JSONDecodeError as error:
            raise BadKeyFile(f"the key file is not JSON: {error}") from None
        except ValidationError as error:
            faults = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise BadKeyFile(f"the key file is not a list of id, sha256, scopes: {faults}") from None
        if unknown := {scope for entry in entries for scope in entry.scopes} - SCOPES.keys():
            raise BadKeyFile(f"unknown scopes: {', '.join(sorted(unknown))}")
        if naive := [e.id for e in entries if e.expires_at is not None and e.expires_at.tzinfo is None]:
            raise BadKeyFile(f"expires_at without a time zone: {', '.join(naive)}")
        return entries
