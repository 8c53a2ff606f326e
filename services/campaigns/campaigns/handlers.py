"""Event handlers: whoever meets a trigger enters the campaign."""

from __future__ import annotations

from typing import cast

from services.campaigns.campaigns.domain.entries import Entry
from services.campaigns.campaigns.service import triggers
from services.campaigns.campaigns.service.enrolment import enrol
from services.campaigns.campaigns.service.guarding import pause_for_archived
from services.campaigns.contacts.service import customers_of, lock_groups_of
from shared.contracts.analytics import SegmentChanged
from shared.events.handlers import EventBatch, EventHandler, Phase


async def name_entrants(batch: EventBatch) -> None:
    """Who enters is found out before anything is locked: an enrolment locks its customers."""
    entries = await triggers.who_enters(batch.tx, batch.events)
    batch.resolved["entries"] = entries
    customers_of(batch).to_lock.update(entry.customer_id for entry in entries)


async def enrol_entrants(batch: EventBatch) -> None:
    """They are enrolled when identity and copies are up to date."""
    entries = cast(list[Entry], batch.resolved.get("entries", []))
    if not entries:
        return
    customers = customers_of(batch)
    found = await lock_groups_of(batch.tx, customers, [entry.customer_id for entry in entries])
    await enrol(batch.tx, entries, found, customers.erased)


async def on_segments_archived(batch: EventBatch) -> None:
    """Campaigns that wait for an archived segment are paused."""
    archived = sorted({event.subject for event in batch.events if event.data.state == "archived"})
    if archived:
        await pause_for_archived(batch.tx, archived)


HANDLERS = (
    # Before anybody enters: the end of a segment must not look like everybody's leaving.
    EventHandler("campaigns", Phase.IDENTITY, (SegmentChanged,), on_segments_archived),
    EventHandler("campaigns", Phase.SUBJECTS, triggers.TRIGGERING, name_entrants),
    EventHandler("campaigns", Phase.EFFECTS, triggers.TRIGGERING, enrol_entrants),
)
