"""Handle observations of identities."""

from __future__ import annotations

from services.customers.observations.service.batches import resolve_observed
from services.customers.observations.service.keeping import keep_observed
from shared.contracts.interactions import IdentityObserved
from shared.events.handlers import EventBatch, EventHandler, Phase


async def lock_observed(batch: EventBatch) -> None:
    """The customers named are locked, or opened, and their identifiers claimed, before any handler reads them."""
    await resolve_observed(batch)


async def on_identity_observed(batch: EventBatch) -> None:
    """Identifiers and traits of those named are kept, and their profiles published."""
    await keep_observed(batch.tx, batch.settings, await resolve_observed(batch))


HANDLERS = [
    EventHandler("customers-inbound", Phase.LOCKS, [IdentityObserved], lock_observed),
    EventHandler("customers-inbound", Phase.IDENTITY, [IdentityObserved], on_identity_observed),
]
