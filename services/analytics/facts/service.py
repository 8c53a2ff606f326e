"""Sort a batch of events into rows of this capability's tables, and store them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.analytics.facts import repository
from services.analytics.facts.domain import FACT_EVENTS, FactRow, fact_rows, profile_of
from services.analytics.identity import repository as identity
from services.analytics.identity.domain import partition_of
from services.analytics.identity.service import identities_of
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope, Origin
from shared.contracts.interactions import InteractionsRetracted
from shared.contracts.privacy import ConsentChanged
from shared.customers.group import Group
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch

COPIED = (*FACT_EVENTS, ProfileChanged, ConsentChanged)
"""The events that are kept here."""

ProfileRow = tuple[UUID, dict[str, Any], int, datetime]
ConsentRow = tuple[UUID, str, str, str, datetime | None, int, datetime]


@dataclass(slots=True)
class Copies:
    """What a batch brings for each table; of a profile or a consent that changes twice the later row.

    `events` are those whose customer is not erased, each with what was made of it: rows of facts, attributes of a
    profile, None of a consent.
    """

    facts: list[FactRow] = field(default_factory=list)
    profiles: dict[UUID, ProfileRow] = field(default_factory=dict)
    consents: dict[tuple[UUID, str, str], ConsentRow] = field(default_factory=dict)
    events: list[tuple[Envelope[Any], Any]] = field(default_factory=list)

    def add(self, event: Envelope[Any]) -> None:
        """Sort one event in; one that is not kept here is passed over."""
        data, kind = event.data, type(event.data)
        made: Any = None
        if kind is ProfileChanged:
            made = profile_of(event)
            self.profiles[event.subject] = (event.subject, made, event.version, event.recorded_at)
        elif kind is ConsentChanged:
            key = (event.subject, data.channel, data.purpose)
            self.consents[key] = (*key, data.state, data.expires_at, event.version, event.recorded_at)
        else:
            made = fact_rows(event)
            if not made:
                return
            self.facts += made
        self.events.append((event, made))


async def copies_of(batch: EventBatch) -> Copies:
    """The rows of the whole batch; worked out once."""
    found: Copies | None = batch.resolved.get("facts.copies")
    if found is None:
        identities = await identities_of(batch)
        found = batch.resolved["facts.copies"] = Copies()
        for event in batch.all_events:
            if event.subject not in identities.erased:
                found.add(event)
    return found


async def store(tx: Tx, copies: Copies) -> None:
    """The tables hold what the batch brought: one statement each."""
    await repository.add_facts(tx, copies.facts)
    await repository.put_profiles(tx, [*copies.profiles.values()])
    await repository.put_consents(tx, [*copies.consents.values()])


async def objecting_among(tx: Tx, groups: Mapping[UUID, Group]) -> set[UUID]:
    """Those of these customers who object to profiling, under whichever id: the strictest word holds."""
    objecting = await repository.objecting(tx, {member for group in groups.values() for member in group.members})
    return {id for id, group in groups.items() if not objecting.isdisjoint(group.members)}


async def retract(batch: EventBatch) -> None:
    """The facts of these events never happened; whom they were about is to be recomputed, and nobody is written to
    because of it."""
    survivors = (await identities_of(batch)).survivors
    for event in batch.events:
        data: InteractionsRetracted = event.data
        await repository.delete_facts(
            batch.tx, event.subject, [(gone.time, gone.event_id) for gone in data.interactions]
        )
        customer = survivors.get(event.subject, event.subject)
        partitions = {customer: partition_of(customer)}
        await identity.mark_dirty(batch.tx, partitions, event.recorded_at, Origin.REPAIR, event.id)
