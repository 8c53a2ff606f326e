"""Wake travellers by what happened to their customer, and note the goals that they reached."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.campaigns.campaigns.domain.conditions import all_hold
from services.campaigns.campaigns.service.triggers import EVENTS, event_view
from services.campaigns.journeys.domain.conditions import EventHappens, SegmentIs
from services.campaigns.journeys.domain.definition import Goal
from services.campaigns.journeys.domain.journey import Version
from services.campaigns.journeys.domain.steps import awaits_event
from services.campaigns.journeys.domain.travellers import Place, Traveller
from services.campaigns.journeys.repository import journeys, travellers, visits
from services.campaigns.journeys.repository.visits import CountKey
from services.campaigns.journeys.service.ending import end_travellers
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Envelope, Origin
from shared.customers.group import Group
from shared.database.transaction import Tx

Event = Envelope[Any]


async def wake(tx: Tx, events: Sequence[Event], found: Mapping[UUID, Group]) -> int:
    """Travellers who stand at a wait that one of these events may end are looked at again, at the instant of the event;
    returns how many. `found` are the groups of the events' subjects, with their roots locked."""
    by_member = _by_member(events, found)
    standing = await travellers.listening(tx, sorted(by_member))
    if not standing:
        return 0
    versions = await _versions(tx, standing)
    woken = []
    for traveller in standing:
        version = versions.get((traveller.journey_id, traveller.version))
        awaited = awaits_event(version.definition, traveller.node) if version is not None else ()
        for event in by_member[traveller.customer_id]:
            # What happened before it came here, or after its limit, is not what it waits for.
            heard = (
                event.time >= traveller.since
                and (traveller.due_at is None or event.recorded_at <= traveller.due_at)
                and any(_is_met(what, event) for what in awaited)
            )
            at = max(event.recorded_at, traveller.since)
            woken.append((traveller, at, heard))
    await travellers.wake(tx, _first_of_each(woken))
    return len(standing)


async def reach_goals(tx: Tx, events: Sequence[Event], found: Mapping[UUID, Group]) -> int:
    """Travellers whose goal one of these events is have reached it, once, also after their end; where the goal ends the
    journey, they leave, and a message that nobody has in hand is not sent any more. Returns how many."""
    by_member = _by_member([event for event in events if event.origin is Origin.LIVE], found)
    hoping = await travellers.with_goal(tx, sorted(by_member))
    if not hoping:
        return 0
    versions = await _versions(tx, hoping)
    reached: list[tuple[Traveller, datetime]] = []
    leaving: list[Traveller] = []
    counts: Counter[CountKey] = Counter()
    for traveller in hoping:
        version = versions.get((traveller.journey_id, traveller.version))
        goal = version.definition.goal if version is not None else None
        if goal is None:
            continue
        at = _reached_at(traveller, goal, by_member[traveller.customer_id])
        if at is None:
            continue
        reached.append((traveller, at))
        counts[CountKey(traveller.journey_id, traveller.version, "", "goal")] += 1
        if goal.ends and traveller.place is not Place.ENDED:
            leaving.append(traveller)
    if reached:
        await travellers.reach_goal(tx, reached)
        await visits.count(tx, counts)
        await end_travellers(tx, leaving, "goal")
    return len(reached)


async def _versions(tx: Tx, standing: Sequence[Traveller]) -> dict[tuple[UUID, int], Version]:
    return await journeys.find_versions(
        tx, sorted({(traveller.journey_id, traveller.version) for traveller in standing})
    )


def _by_member(events: Iterable[Event], found: Mapping[UUID, Group]) -> dict[UUID, list[Event]]:
    """The events by every id of the customers whom they concern."""
    by_member: dict[UUID, list[Event]] = defaultdict(list)
    for event in events:
        for member in found[event.subject].members:
            by_member[member].append(event)
    return by_member


def _first_of_each(woken: Sequence[tuple[Traveller, datetime, bool]]) -> list[tuple[Traveller, datetime, bool]]:
    """For each traveller one: the first event that it waited for, or the first at all."""
    first: dict[UUID, tuple[Traveller, datetime, bool]] = {}
    for candidate in sorted(woken, key=lambda one: (not one[2], one[1])):
        first.setdefault(candidate[0].id, candidate)
    return list(first.values())


def _is_met(what: EventHappens, event: Event) -> bool:
    if event.origin is not Origin.LIVE or EVENTS.get(type(event.data)) != what.event:
        return False
    return all_hold(what.where, event_view(event.data))


def _reached_at(traveller: Traveller, goal: Goal, events: Iterable[Event]) -> datetime | None:
    """The instant of the first of these events that is the goal, between the entry and the goal's limit."""
    moments = []
    for event in events:
        if isinstance(goal.what, SegmentIs):
            moments += _moves(goal.what, event)
        elif _is_met(goal.what, event):
            moments.append(event.time)
    until = traveller.goal_until
    counted = [at for at in moments if at >= traveller.entered_at and until is not None and at <= until]
    return min(counted, default=None)


def _moves(goal: SegmentIs, event: Event) -> list[datetime]:
    if not isinstance(event.data, MembershipsChanged):
        return []
    changes = event.data.entered if goal.inside else event.data.left
    return [max(change.at, event.time) for change in changes if change.segment_id == goal.segment_id]
