"""Event handlers: customers enter journeys, waits end, goals are reached, journeys of archived segments are paused."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from services.campaigns.campaigns.service.triggers import TRIGGERING
from services.campaigns.contacts.service import customers_of, lock_groups_of
from services.campaigns.journeys.domain.entries import Entry
from services.campaigns.journeys.repository import travellers
from services.campaigns.journeys.service import entering, waking
from services.campaigns.journeys.service.guarding import pause_for_archived
from shared.contracts.analytics import SegmentChanged
from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Fact
from shared.contracts.interactions import ExposureRecorded
from shared.customers.merges import groups_of
from shared.events.handlers import EventBatch, EventHandler, Phase

_ENTRIES, _AWAITED = "journey-entries", "journey-awaited"
_WAKING: tuple[type[Fact], ...] = (*TRIGGERING, ExposureRecorded, ProfileChanged)


async def name_entrants(batch: EventBatch) -> None:
    """Who enters is found out before anything is locked, and whether anybody waits for an event at all."""
    entries = await entering.who_enters(batch.tx, batch.events)
    batch.resolved[_ENTRIES] = entries
    customers_of(batch).to_lock.update(entry.customer_id for entry in entries)


async def name_awaited(batch: EventBatch) -> None:
    """Customers of whom a traveller waits for something, or may still reach a goal, are locked with the others; mostly
    nobody does."""
    if not await travellers.is_anybody_listening(batch.tx):
        return
    subjects = {event.subject for event in batch.events}
    found = await groups_of(batch.tx, subjects)
    waiting = await travellers.awaiting(batch.tx, {member for group in found.values() for member in group.members})
    awaited = {subject for subject in subjects if not waiting.isdisjoint(found[subject].members)}
    # Whoever becomes one person in this batch is looked at afterwards, when it is known who that is.
    awaited |= subjects & {
        id_
        for event in batch.all_events
        if isinstance(event.data, CustomersMerged | MergeUndone)
        for id_ in (event.data.survivor, event.data.absorbed)
    }
    batch.resolved[_AWAITED] = awaited
    customers_of(batch).to_lock.update(awaited)


async def wake_travellers(batch: EventBatch) -> None:
    """Before anybody enters: the event that lets somebody in is not what they then wait for."""
    awaited = cast(set[UUID], batch.resolved.get(_AWAITED, set()))
    customers = customers_of(batch)
    living = [event for event in batch.events if event.subject in awaited - customers.erased]
    if living:
        found = await lock_groups_of(batch.tx, customers, [event.subject for event in living])
        await waking.wake(batch.tx, living, found)
        await waking.reach_goals(batch.tx, living, found)


async def let_enter(batch: EventBatch) -> None:
    """They enter when identity and copies are up to date."""
    entries = cast(list[Entry], batch.resolved.get(_ENTRIES, []))
    if entries:
        customers = customers_of(batch)
        found = await lock_groups_of(batch.tx, customers, [entry.customer_id for entry in entries])
        await entering.enter(batch.tx, entries, found, customers.erased)


async def on_segments_archived(batch: EventBatch) -> None:
    """Journeys that are entered by an archived segment are paused."""
    archived = sorted({event.subject for event in batch.events if event.data.state == "archived"})
    if archived:
        await pause_for_archived(batch.tx, archived)


HANDLERS = (
    EventHandler("campaigns", Phase.IDENTITY, (SegmentChanged,), on_segments_archived),
    EventHandler("campaigns", Phase.SUBJECTS, TRIGGERING, name_entrants),
    EventHandler("campaigns", Phase.SUBJECTS, _WAKING, name_awaited),
    EventHandler("campaigns", Phase.EFFECTS, _WAKING, wake_travellers),
    EventHandler("campaigns", Phase.EFFECTS, TRIGGERING, let_enter),
)
