"""Let customers enter journeys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import partial
from uuid import UUID

from services.campaigns.campaigns.domain.campaign import EventTrigger, SegmentTrigger
from services.campaigns.campaigns.domain.trigger_index import TriggerIndex
from services.campaigns.campaigns.service.triggers import Event, context_of, entered_by, fresh
from services.campaigns.contacts.repository import groups
from services.campaigns.journeys.domain.entries import Entry, History, refusal_of
from services.campaigns.journeys.domain.journey import Journey, Version
from services.campaigns.journeys.domain.travellers import NewTraveller, traveller_id
from services.campaigns.journeys.repository import journeys, travellers, visits
from services.campaigns.journeys.repository.visits import CountKey
from shared.customers.group import Group
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.observability.metrics import counter

ENTERED = counter("journey_entries_total", "Customers who were to enter a journey, by what came of it", ["outcome"])


class RunningJourneys:
    """The triggers of all journeys that may be entered, read again only when one of them has changed."""

    def __init__(self) -> None:
        self._fingerprint: tuple[int, int] | None = None
        self._index: TriggerIndex[tuple[Journey, Version]] = TriggerIndex()

    async def current(self, tx: Tx) -> TriggerIndex[tuple[Journey, Version]]:
        """The index as this transaction sees it."""
        fingerprint = await journeys.fingerprint(tx)
        if fingerprint != self._fingerprint:
            found = await journeys.entering(tx) if fingerprint[0] else []
            self._index = TriggerIndex.of(
                (entry, (journey, version))
                for journey, version in found
                if isinstance(entry := version.definition.entry, SegmentTrigger | EventTrigger)
            )
            self._fingerprint = fingerprint
        return self._index


_RUNNING = RunningJourneys()


async def who_enters(tx: Tx, events: Sequence[Event]) -> list[Entry]:
    """Whoever these events let enter: as with campaigns, live ones of the last 24 hours, recorded after the start."""
    triggering = fresh(tx, events)
    if not triggering:
        return []
    index = await _RUNNING.current(tx)
    return [entry for event in triggering for entry in _entries(event, index)]


def _entries(event: Event, index: TriggerIndex[tuple[Journey, Version]]) -> list[Entry]:
    found = [
        (journey, version)
        for journey, version in entered_by(event, index)
        if journey.started_at is not None and event.recorded_at >= journey.started_at
    ]
    context = context_of(event) if found else {}
    return [Entry(journey, version, event.subject, event.id, context) for journey, version in found]


async def enter(tx: Tx, entries: Sequence[Entry], found: Mapping[UUID, Group], erased: Set[UUID]) -> dict[str, int]:
    """Whoever may enter stands at the first node and is due at once; returns how many, by what came of it.

    `found` are the customers' groups, with their roots locked: neither two events at once nor a merge lets anybody in
    twice.
    """
    known = await _histories(tx, entries, found)
    outcomes: Counter[str] = Counter()
    counts: Counter[CountKey] = Counter()
    newcomers: list[NewTraveller] = []
    for entry in entries:
        root = found[entry.customer_id].root
        key = entry.journey.id, root, entry.key
        refusal = "erased" if entry.customer_id in erased else refusal_of(entry, known.get(key), tx.now)
        if refusal is not None:
            outcomes[refusal] += 1
            if refusal != "known":
                counts[CountKey(entry.journey.id, entry.version.number, "", "not-entered", refusal)] += 1
            continue
        known[key] = History(tx.now, True, frozenset({entry.entry_id})).joined(known.get(key))
        newcomers.append(entry.newcomer(root))
    added = set(await travellers.add(tx, newcomers))
    for new in newcomers:
        if traveller_id(new.journey_id, new.entry_id, new.customer_id, new.key) in added:
            counts[CountKey(new.journey_id, new.version, "", "entered")] += 1
            counts[CountKey(new.journey_id, new.version, new.node, "arrived")] += 1
    outcomes["entered"] += len(added)
    outcomes["known"] += len(newcomers) - len(added)
    await visits.count(tx, counts)
    for outcome, number in outcomes.items():
        tx.after_commit(partial(ENTERED.labels(outcome).inc, number))
    return dict(outcomes)


async def enter_customers(tx: Tx, journey: Journey, version: Version, customers: Mapping[UUID, UUID]) -> dict[str, int]:
    """These enter, each for the reason by which they are named here (customer → entry), once per alias group."""
    erased = await erased_among(tx, customers)
    missing = set(customers) - erased
    found: dict[UUID, Group] = {}
    # A group that changes while its lock is waited for is looked at again.
    while missing:
        found |= await groups.lock_groups(tx, sorted(missing))
        missing -= found.keys()
    entries = [
        Entry(journey, version, customer_id, entry_id)
        for customer_id, entry_id in sorted(customers.items())
        if customer_id in found
    ]
    outcomes = await enter(tx, entries, found, frozenset())
    return {**outcomes, "erased": len(erased)} if erased else outcomes


async def _histories(
    tx: Tx, entries: Sequence[Entry], found: Mapping[UUID, Group]
) -> dict[tuple[UUID, UUID, str], History]:
    members = sorted({member for group in found.values() for member in group.members})
    root_of = {member: group.root for group in found.values() for member in group.members}
    histories: dict[tuple[UUID, UUID, str], History] = {}
    for row in await travellers.entered(tx, sorted({entry.journey.id for entry in entries}), members):
        key = row.journey_id, root_of[row.customer_id], row.key
        histories[key] = History(row.last, row.inside, row.entries).joined(histories.get(key))
    return histories
