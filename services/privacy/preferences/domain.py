"""Wishes of a recipient, and what they mean for a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Frequency(StrEnum):
    """How often at most, for one purpose and channel."""

    ALL = "all"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def apart(self) -> timedelta:
        """The least time between two messages."""
        return _APART[self]


_APART = {Frequency.ALL: timedelta(0), Frequency.WEEKLY: timedelta(days=7), Frequency.MONTHLY: timedelta(days=30)}
# How long a pause may be chosen for, in days.
PAUSES = (30, 90, 180)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody wishes. The subject is a customer, or an address whoever has it."""

    paused_until: datetime | None = None
    language: str | None = None
    frequencies: Mapping[str, Frequency] = field(default_factory=dict)
    changed_at: datetime | None = None
    changed_by: str = ""

    def frequency(self, purpose: str) -> Frequency:
        """How often for a purpose."""
        return self.frequencies.get(purpose, Frequency.ALL)

    def paused(self, now: datetime) -> bool:
        """Nothing is to come now."""
        return self.paused_until is not None and now < self.paused_until


NO_WISH = Preferences()


@dataclass(frozen=True, slots=True)
class Change:
    """What is chosen for subjects that belong to one person."""

    subjects: tuple[UUID, ...]
    preferences: Preferences


def strictest(wishes: Iterable[Preferences]) -> Preferences:
    """What holds when several were said of one person: the longest pause, the least often."""
    found = list(wishes)
    pauses = [wish.paused_until for wish in found if wish.paused_until is not None]
    names = {name for wish in found for name in wish.frequencies}
    newest = max(found, key=lambda wish: wish.changed_at.timestamp() if wish.changed_at else 0.0, default=NO_WISH)
    return Preferences(
        paused_until=max(pauses, default=None),
        language=newest.language,
        frequencies={name: max((wish.frequency(name) for wish in found), key=lambda f: f.apart) for name in names},
        changed_at=newest.changed_at,
        changed_by=newest.changed_by,
    )
