"""Events and stored rows as inputs of the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.analytics.segments.domain.catalogue import EVENTS, SCORES
from services.analytics.segments.domain.engine import AttributeChange, Change, ConsentChange, Fact, History, fact
from services.analytics.segments.domain.instants import from_datetime
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import ConsentChanged

# The columns of `facts` that are properties of each kind of event, and one call that reads all of them.
_OF_THE_EVENT = {event: (tuple(kinds), attrgetter(*kinds)) for event, kinds in EVENTS.items()}


def engine_fact(row: Any) -> Fact:
    """A row of facts (stored, or about to be) as the engine wants it. The basket's id sorts before its lines'."""
    event, line = row.event, row.line
    names, read = _OF_THE_EVENT[event]
    props = {name: value for name, value in zip(names, read(row), strict=True) if value is not None}
    quantity = props.get("quantity")
    if quantity is not None and quantity.is_integer():
        props["quantity"] = int(quantity)
    id = f"{row.event_id}/{line:04d}" if line else str(row.event_id)
    return fact(id, event, from_datetime(row.time), from_datetime(row.recorded_at), props)


DEFINITION = "definition"
"""The cause of what a change of definitions brings about."""
LISTED = "list"
"""The cause of what is recomputed without an event: a customer was put on a static list, or taken off."""
OBJECTION = "objection"
"""The cause of leaving because the customer objects to profiling."""
PROFILING = "profiling"
"""The purpose whose denial is an objection to being scored and segmented."""


def event_of(cause: str) -> str:
    """The event's id in a cause; `time` and the like stay as they are."""
    return cause.partition("/")[0]


def profile_changes(event: Envelope[ProfileChanged], profile: Mapping[str, Any]) -> list[Change]:
    """One change for each attribute: the whole record travels, and what did not change flips nothing."""
    at = from_datetime(event.recorded_at)
    names = dict.fromkeys((*profile, *event.data.changed))
    return [AttributeChange(str(event.id), at, name, profile.get(name)) for name in names]


def consent_change(event: Envelope[ConsentChanged]) -> ConsentChange:
    """A consent that changed."""
    data = event.data
    until = from_datetime(data.expires_at) if data.expires_at else None
    return ConsentChange(str(event.id), from_datetime(event.recorded_at), data.channel, data.purpose, data.state, until)


def histories(
    groups: Mapping[UUID, Sequence[UUID]],
    facts: Iterable[Any],
    profiles: Mapping[UUID, Mapping[str, Any]],
    consents: Iterable[Any],
    lists: Iterable[Any],
    scores: Mapping[UUID, Mapping[str, Any]],
) -> dict[UUID, History]:
    """All that is known of each group (a customer and those that stand for it). The survivor's own profile counts."""
    owner = {member: survivor for survivor, members in groups.items() for member in members}
    collected: dict[UUID, list[Fact]] = {survivor: [] for survivor in groups}
    for row in facts:
        collected[owner[row.customer_id]].append(engine_fact(row))
    granted: dict[UUID, dict[tuple[str, str], tuple[str, int | None]]] = {survivor: {} for survivor in groups}
    for row in consents:
        pair, own = (row["channel"], row["purpose"]), granted[owner[row["customer_id"]]]
        # Of two merged records a denial wins, whichever is newer.
        if own.get(pair, ("", None))[0] != "denied":
            own[pair] = (row["state"], _instant(row["expires_at"]))
    held: dict[UUID, dict[str, int | None]] = {survivor: {} for survivor in groups}
    for row in lists:
        # Of two merged members the one who stays longer counts: it comes last.
        held[owner[row["customer_id"]]][str(row["list_id"])] = _instant(row["expires_at"])
    return {
        survivor: History(
            tuple(collected[survivor]),
            dict(profiles.get(survivor, {})),
            granted[survivor],
            held[survivor],
            {name: value for name, value in scores.get(survivor, {}).items() if name in SCORES},
        )
        for survivor in groups
    }


def _instant(moment: datetime | None) -> int | None:
    return None if moment is None else from_datetime(moment)
