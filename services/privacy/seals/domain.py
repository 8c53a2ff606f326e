"""The chain over the ledger: what is sealed of a line, how one seal binds the one before it, and what may be wrong.

The key is not in the database: whoever may write everything there can neither seal a changed line nor make a chain of
their own. Each line has a salt that goes with it, so that what is left of an erased line says nothing about it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson

# What layout 1 seals. A column that comes later belongs to a later layout: lines of before keep their seal.
_SEALED = (
    "customer_id", "version", "consent_id", "purpose", "channel", "action", "effective", "occurred_at", "recorded_at",
    "expires_at", "recorded_by", "basis", "wording", "wording_version", "evidence", "withdrawn_via", "campaign_id",
    "message_id", "fingerprint", "generation", "alone", "former", "notice_id", "wording_sha256", "unproven",
)  # fmt: skip
BEGINNING = bytes(32)
"""The link before the first one."""


class SealKind(StrEnum):
    """A line came into the ledger, or went from it by an erasure."""

    LINE = "line"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain. `version` is the line's number; `digest` what is sealed of it (of an erased one the digest
    that its own seal has, as far as that is known)."""

    seq: int
    kind: SealKind
    version: int
    digest: bytes
    link: bytes


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot have come about by recording and erasing."""

    what: str
    seq: int | None = None
    version: int | None = None


def chain_key(installation_key: str) -> bytes:
    """The key of the chain."""
    return hmac.digest(installation_key.encode(), b"consent-ledger-chain", "sha256")


def digest_of(line: Mapping[str, Any]) -> bytes:
    """What is sealed of a line, under its own salt."""
    salt = line["salt"]
    sealed = {name: _plain(line[name]) for name in _SEALED}
    return hmac.digest(salt.bytes if salt is not None else b"none", orjson.dumps(sealed, option=_SORTED), "sha256")


def next_seal(key: bytes, before: Seal | None, kind: SealKind, version: int, digest: bytes) -> Seal:
    """The seal that follows another."""
    seq = 1 if before is None else before.seq + 1
    return Seal(seq, kind, version, digest, _link(key, before, seq, kind, version, digest))


def faults_in_links(key: bytes, before: Seal | None, seals: Iterable[Seal]) -> Iterator[Fault]:
    """Where the chain does not hold: a seal is missing, was changed, or was made with another key."""
    for seal in seals:
        expected = 1 if before is None else before.seq + 1
        if seal.seq != expected:
            yield Fault("seals-missing", seq=expected)
        if not hmac.compare_digest(seal.link, _link(key, before, seal.seq, seal.kind, seal.version, seal.digest)):
            yield Fault("seal-forged", seq=seal.seq, version=seal.version)
        before = seal


def _link(key: bytes, before: Seal | None, seq: int, kind: SealKind, version: int, digest: bytes) -> bytes:
    last = BEGINNING if before is None else before.link
    return hmac.digest(key, b"\x00".join((last, f"{seq} {kind.value} {version}".encode(), digest)), "sha256")


_SORTED = orjson.OPT_SORT_KEYS


def _plain(value: Any) -> Any:
    """As text that is the same whenever it is read."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value) if isinstance(value, UUID) else value
