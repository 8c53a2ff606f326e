"""Event handlers: whoever meets a trigger enters the campaign."""

from __future__ import annotations

from typing import cast

from services.campaigns.campaigns.domain.entries import Entry
from services.campaigns.campaigns.service import triggers
from services.campaigns.campaigns.service.enrolment import enrol
from services.campaigns.contacts.service import customers_of, lock_groups_of
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


HANDLERS = (
    EventHandler("campaigns", Phase.SUBJECTS, triggers.TRIGGERING, name_entrants),
    EventHandler("campaigns", Phase.EFFECTS, triggers.TRIGGERING, enrol_entrants),
)
