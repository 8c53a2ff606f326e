"""A journey's definition: who enters, what happens to them, and what counts as its goal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import EventTrigger, ReEntry, SegmentTrigger
from services.campaigns.contacts.domain.contacts import is_marketing
from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.quiet_hours import QuietHours
from services.campaigns.journeys.domain.conditions import Asked, EventHappens, SegmentIs, segments_in, steps_in
from services.campaigns.journeys.domain.nodes import Branch, Node, Send, UntilMet, WaitUntil

MOST_NODES = 200
_ONCE = ReEntry()
# A goal that comes later than this was not brought about by the journey.
LONGEST_GOAL = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class ByApi:
    """Whoever is named to POST /journeys/{id}/entries."""

    kind: Literal["api"]


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of a segment, as they are at the start."""

    kind: Literal["audience"]
    segment_id: UUID


@dataclass(frozen=True, slots=True)
class Schedule:
    """The members of a segment, at a wall time of the firm's zone on these days (1 is Monday; none means every day)."""

    kind: Literal["schedule"]
    segment_id: UUID
    at: time
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if any(not 1 <= day <= 7 for day in self.weekdays):
            raise ValueError("weekdays are numbers from 1 (Monday) to 7")


EntryBy = SegmentTrigger | EventTrigger | ByApi | Audience | Schedule


@dataclass(frozen=True, slots=True)
class Goal:
    """What the journey is for: an event, or being in a segment, within some time of the entry. It counts once, also
    after the end of the journey. With `ends`, whoever reaches it leaves."""

    what: EventHappens | SegmentIs
    within: timedelta = timedelta(days=30)
    ends: bool = True

    def __post_init__(self) -> None:
        if not timedelta(minutes=1) <= self.within <= LONGEST_GOAL:
            raise ValueError("within must be from one minute to 366 days")


@dataclass(frozen=True, slots=True)
class Definition:
    """All that marketing decides about a journey. `key` names a field of the event that tells runs of one customer
    apart (order_id); without it a customer is inside once at a time. Whoever meets all of `leave_when` leaves before
    the next step."""

    name: str
    purpose: str
    entry: EntryBy
    start: str
    nodes: Mapping[str, Node]
    key: str | None = None
    re_entry: ReEntry = _ONCE
    goal: Goal | None = None
    leave_when: tuple[Asked, ...] = ()
    cap: Cap | None = None
    quiet_hours: QuietHours | None = None
    holdout_percent: float = 0.0
    service_reason: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.holdout_percent <= 100:
            raise ValueError("holdout_percent must be from 0 to 100")
        if not 1 <= len(self.nodes) <= MOST_NODES:
            raise ValueError(f"a journey has from 1 to {MOST_NODES} nodes")

    @property
    def is_marketing(self) -> bool:
        """Whether consent is needed and the firm's policy holds."""
        return is_marketing(self.purpose)

    @property
    def sends(self) -> Iterator[tuple[str, Send]]:
        """The nodes that send, with their names."""
        return ((name, node) for name, node in self.nodes.items() if isinstance(node, Send))

    @property
    def segments(self) -> frozenset[UUID]:
        """The segments on which steps depend."""
        found = {*segments_in(self.leave_when)}
        for node in self.nodes.values():
            if isinstance(node, Branch):
                found |= {segment for choice in node.choices for segment in segments_in(choice.when)}
            elif isinstance(node, WaitUntil) and isinstance(node.until, UntilMet):
                found |= {*segments_in(node.until.any_of)}
        return frozenset(found)

    @property
    def asked_steps(self) -> frozenset[str]:
        """The sending nodes whose outcome or responses others ask about."""
        found = {*steps_in(self.leave_when)}
        for node in self.nodes.values():
            if isinstance(node, Branch):
                found |= {step for choice in node.choices for step in steps_in(choice.when)}
            elif isinstance(node, WaitUntil) and isinstance(node.until, UntilMet):
                found |= {*steps_in(node.until.any_of)}
        return frozenset(found)

    @property
    def entry_segment(self) -> UUID | None:
        """The segment by which customers enter."""
        return self.entry.segment_id if isinstance(self.entry, SegmentTrigger | Audience | Schedule) else None
