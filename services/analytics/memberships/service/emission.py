"""Emit what the engine found: one event for each customer and cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.memberships.domain import event_of
from services.analytics.memberships.repository.memberships import MembershipChange
from services.analytics.segments.domain.engine import TIME, Transition
from services.analytics.segments.domain.instants import to_datetime
from shared.contracts import analytics
from shared.contracts.envelope import Envelope, Origin
from shared.database.transaction import Tx
from shared.ids import derived_id, milliseconds_of
from shared.observability.metrics import counter, histogram

TRANSITIONS = counter("segment_transitions", "Memberships that changed, by what changed them", ["by"])
LATENESS = histogram("segment_lapse_seconds", "From the exact instant of a lapse to its event (business seconds)")


@dataclass(slots=True)
class Causes:
    """The events at hand, by id: transitions inherit their origin. `origins` is for causes that are no event here."""

    events: Mapping[str, Envelope[Any]] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def origin(self, cause: str) -> Origin:
        """Live for what time brings about, back-fill for a definition, otherwise the event's own."""
        event = self.events.get(cause)
        if event is not None:
            return event.origin
        return self.origins.get(cause, Origin.LIVE if cause == TIME else Origin.BACKFILL)

    def by(self, cause: str) -> str:
        """What brought a change about, in one word: time, or the origin of its event."""
        return TIME if cause == TIME else str(self.origin(cause))

    def changes(
        self, customer_id: UUID, names: Mapping[str, tuple[UUID, int, bool]], transitions: Sequence[Transition]
    ) -> list[MembershipChange]:
        """Transitions as changes. What one event both opened and closed again (a basket and its lines) cancels out."""
        net: dict[tuple[str, str], Transition] = {}
        for transition in transitions:
            cause = transition.cause
            key = (transition.segment, event_of(cause) if cause != TIME else f"{TIME}{transition.at}")
            if key in net and net[key].change != transition.change:
                del net[key]
            else:
                net[key] = transition
        found = []
        for transition in net.values():
            segment_id, version, shown = names[transition.segment]
            cause = event_of(transition.cause)
            found.append(
                MembershipChange(customer_id, segment_id, version, transition.change == "entered",
                                 to_datetime(transition.at), cause, self.origin(cause), shown)
            )  # fmt: skip
        return found


def emit_changes(tx: Tx, changes: Sequence[MembershipChange], causes: Causes) -> None:
    """One event for all that one cause changed for a customer. Each instant of time is a cause of its own, so that no
    segment is both entered and left in one event."""
    groups: dict[tuple[UUID, str, datetime | None], list[MembershipChange]] = {}
    for change in changes:
        if change.shown:
            at = change.at if change.cause == TIME else None
            groups.setdefault((change.customer_id, change.cause, at), []).append(change)
    found: Counter[str] = Counter()
    late: list[float] = []
    for (customer_id, cause, _), group in groups.items():
        found[causes.by(cause)] += len(group)
        if cause == TIME:
            late += [max(0.0, (tx.now - change.at).total_seconds()) for change in group]
        event = causes.events.get(cause)
        # From plain values: half the time of a model for each of them first.
        fact = analytics.MembershipsChanged.model_validate(
            {
                "entered": [_transition(change) for change in group if change.entered],
                "left": [_transition(change) for change in group if not change.entered],
            }
        )
        tx.publish(
            fact,
            subject=customer_id,
            time=max(change.at for change in group),
            cause=event if event is not None else _uuid(cause),
            origin=causes.origin(cause),
            id=_event_id(tx, customer_id, cause, group),
        )
    tx.after_commit(lambda: _count(found, late))


def _count(found: Mapping[str, int], late: Sequence[float]) -> None:
    for by, number in found.items():
        TRANSITIONS.labels(by).inc(number)
    for seconds in late:
        LATENESS.observe(seconds)


def _transition(change: MembershipChange) -> dict[str, Any]:
    return {"segment_id": change.segment_id, "version": change.version, "at": change.at, "by": change.cause}


def _event_id(tx: Tx, customer_id: UUID, cause: str, group: Sequence[MembershipChange]) -> UUID | None:
    """Always the same for what an event or a lapse changed: found again, after the restore of a backup, it lets nobody
    enter a campaign a second time. None for other causes: a new id."""
    moment = _milliseconds(tx, cause, group)
    if moment is None:
        return None
    changes = sorted(f"{c.segment_id}{c.version}{c.entered}{c.at.timestamp()}" for c in group)
    return derived_id(moment, customer_id.bytes, cause.encode(), *(change.encode() for change in changes))


def _milliseconds(tx: Tx, cause: str, group: Sequence[MembershipChange]) -> int | None:
    if cause == TIME:
        return int(tx.clock.wall_of(group[0].at).timestamp() * 1000)
    id = _uuid(cause)
    return None if id is None else milliseconds_of(id)


def _uuid(cause: str) -> UUID | None:
    try:
        return UUID(cause)
    except ValueError:
        return None
