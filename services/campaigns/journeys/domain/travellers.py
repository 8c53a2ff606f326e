"""Travellers: one run of a customer through a journey, and where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.ids import digest_id


class Place(StrEnum):
    """How a traveller stands at its node: about to take it, waiting at it, its message in the ledger, or at the end."""

    READY = "ready"
    WAITING = "waiting"
    SENDING = "sending"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Traveller:
    """`seed` is the root of the customer's group at the entry: what is decided by chance hangs on it, so that a merge
    changes nothing. `since` is when it came to its node, `due_at` when it is to be looked at next; `listening` while an
    event may end its wait; `heard_at` is the event that did."""

    id: UUID
    customer_id: UUID
    journey_id: UUID
    version: int
    entry_id: UUID
    key: str
    seed: UUID
    node: str
    place: Place
    since: datetime
    due_at: datetime | None
    entered_at: datetime
    steps: int = 0
    listening: bool = False
    heard_at: datetime | None = None
    goal_until: datetime | None = None
    goal_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Visit:
    """A node that a traveller left: when it came, when it left, and how."""

    node: str
    came_at: datetime
    left_at: datetime
    outcome: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WrittenVisit:
    """A visit as it is shown."""

    traveller_id: UUID
    version: int
    node: str
    came_at: datetime
    left_at: datetime
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class NewTraveller:
    """Somebody who is to enter; `goal_within` is how long they have to reach the goal."""

    customer_id: UUID
    journey_id: UUID
    version: int
    entry_id: UUID
    key: str
    seed: UUID
    node: str
    goal_within: timedelta | None
    context: Mapping[str, Any] = field(default_factory=dict)


def traveller_id(journey_id: UUID, entry_id: UUID, customer_id: UUID, key: str) -> UUID:
    """Derived: whoever enters for the same reason again meets the same row. UUID version 8."""
    return digest_id(hashlib.sha256(journey_id.bytes + entry_id.bytes + customer_id.bytes + key.encode()).digest())


def drawn(seed: UUID, salt: UUID, node: str) -> float:
    """A number from 0 up to 100, the same each time for one traveller and node, and independent between nodes."""
    digest = hashlib.sha256(salt.bytes + node.encode() + seed.bytes).digest()
    return int.from_bytes(digest[:7], "big") / 2**56 * 100
