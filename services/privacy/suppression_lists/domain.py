"""Lists of hashed addresses, by their two ways of hashing."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Self

from services.privacy.identity.domain import kind_of
from shared.customers.spelling import normalise


class Algorithm(StrEnum):
    """How the addresses of a list are hashed. `sha256`: of the address as it is compared, without a key, as partners
    exchange lists. `keyed`: by this installation's own key, as our own export does."""

    SHA256 = "sha256"
    KEYED = "keyed"


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One hashed address on a channel."""

    algorithm: Algorithm
    digest: str
    channel: str

    @classmethod
    def of(cls, channel: str, address: str, region: str = "") -> Self:
        """How an address stands on a list without a key. An e-mail is one in all its spellings of the domain and in
        small and capital letters."""
        spelt = normalise(kind_of(channel), address, region=region) if kind_of(channel) != "postal" else address
        return cls(Algorithm.SHA256, sha256(spelt.lower().encode()).hexdigest(), channel)


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """A list that was brought in."""

    name: str
    entries: int
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class Exported:
    """An entry of our own suppression list, as another installation with the same key may take it."""

    fingerprint: str
    channel: str
    reason: str
    since: datetime


def key_id(key: str) -> str:
    """By which two installations see that they hash with the same key; the key does not follow from it."""
    return hmac.digest(key.encode(), b"key-id", "sha256").hex()[:16]
