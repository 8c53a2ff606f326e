"""Facts of other services as they are copied here, and which of several about the same thing is the newest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """A customer who entered or left a segment."""

    customer_id: UUID
    segment_id: UUID
    member: bool
    version: int
    since: datetime


@dataclass(frozen=True, slots=True)
class ProfileCopy:
    """The part of a profile that matters here; `attributes` are those marked segmentable."""

    customer_id: UUID
    version: int
    status: str | None
    time_zone: str | None
    language: str | None
    reachable: Sequence[str]
    attributes: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConsentCopy:
    """What holds for a purpose and channel."""

    customer_id: UUID
    purpose: str
    channel: str
    state: str
    expires_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that holds or not: a restriction, or (with a channel) a suppressed address."""

    customer_id: UUID
    on: bool
    version: int
    channel: str = ""


@dataclass(frozen=True, slots=True)
class ComplaintCopy:
    """A complaint: open, or no longer."""

    case_id: UUID
    customer_id: UUID
    active: bool
    version: int


@dataclass(frozen=True, slots=True)
class SegmentCopy:
    """A segment as analytics last told of it: backfilling, live or archived."""

    segment_id: UUID
    name: str
    state: str
    version: int


Copy = TypeVar("Copy", ProfileCopy, ConsentCopy, Flag, MembershipChange, SegmentCopy, ComplaintCopy)
Key = TypeVar("Key")


def latest_by(rows: Iterable[Copy], key: Callable[[Copy], Key]) -> dict[Key, Copy]:
    """For each key the row with the highest version; of equal ones the last."""
    latest: dict[Key, Copy] = {}
    for row in rows:
        known = latest.get(key(row))
        if known is None or known.version <= row.version:
            latest[key(row)] = row
    return latest
