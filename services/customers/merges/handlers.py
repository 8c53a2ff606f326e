"""Find in observations of identities who is one: candidates for a decision, and accounts with their readers."""

from __future__ import annotations

from services.customers.merges.service.candidates import note_candidates
from services.customers.merges.service.joining import join_readers
from services.customers.observations.service.batches import resolve_observed
from shared.contracts.interactions import IdentityObserved
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_identity_observed(batch: EventBatch) -> None:
    """Customers observed with an identifier of somebody else become link candidates, or one where that is sure."""
    observed = await resolve_observed(batch)
    await note_candidates(batch.tx, batch.settings, observed)
    await join_readers(batch.tx, batch.settings, observed)


HANDLERS = [EventHandler("customers-inbound", Phase.EFFECTS, [IdentityObserved], on_identity_observed)]
