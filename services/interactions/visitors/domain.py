"""Whose a visitor is: the first account that is said to be theirs, and nobody's when a second one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

# Of a visitor who is not known no more is kept: a robot would fill the database.
MOST_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Visit:
    """What a batch brings of a visitor: how many events, the earliest of them, and nothing else."""

    visitor_id: UUID
    events: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor as known. `shared` when two customers were said to be this visitor: a browser that several people use.
    `events` counts what came while nobody was known to be the visitor."""

    visitor_id: UUID
    customer_id: UUID | None
    shared: bool
    events: int
    since: datetime

    @property
    def owner(self) -> UUID | None:
        """The customer that an event of the visitor alone belongs to; None when that is not known."""
        return None if self.shared else self.customer_id

    @staticmethod
    def keeps(earlier: int, number: int) -> bool:
        """Whether the `number`th of the events that just came (from 1) is kept after so many earlier ones."""
        return earlier + number <= MOST_EVENTS
