"""Entries: a customer who is to enter a journey, and why one may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.campaigns.journeys.domain.definition import Definition
from services.campaigns.journeys.domain.journey import Journey, Version
from services.campaigns.journeys.domain.travellers import NewTraveller

Refusal = Literal["re-entry", "inside", "erased", "known"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A customer who is to enter: `entry_id` is the event, the transition, the run or the caller's own id that led to
    it."""

    journey: Journey
    version: Version
    customer_id: UUID
    entry_id: UUID
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """What they enter."""
        return self.version.definition

    @property
    def key(self) -> str:
        """What tells runs of one customer apart; empty when nothing does."""
        name = self.definition.key
        return str(self.context.get(name, ""))[:200] if name is not None else ""

    def newcomer(self, root: UUID) -> NewTraveller:
        """The traveller who begins; chance hangs on the root of today."""
        goal = self.definition.goal
        return NewTraveller(
            customer_id=self.customer_id,
            journey_id=self.journey.id,
            version=self.version.number,
            entry_id=self.entry_id,
            key=self.key,
            seed=root,
            node=self.definition.start,
            goal_within=goal.within if goal is not None else None,
            context=self.context,
        )


@dataclass(frozen=True, slots=True)
class History:
    """How a group has entered one journey with one key so far."""

    last: datetime
    inside: bool
    entries: frozenset[UUID]

    def joined(self, other: History | None) -> History:
        """The history of two ids of one person."""
        if other is None:
            return self
        return History(max(self.last, other.last), self.inside or other.inside, self.entries | other.entries)


def refusal_of(entry: Entry, history: History | None, now: datetime) -> Refusal | None:
    """Why the customer may not enter now, or None."""
    if history is None:
        return None
    if entry.entry_id in history.entries:
        return "known"
    if history.inside:
        return "inside"
    return None if entry.definition.re_entry.permits(history.last, now) else "re-entry"
