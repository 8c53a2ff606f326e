"""Find link candidates in observations of identities."""

from __future__ import annotations

from services.customers.merges.service import note_candidates
from services.customers.observations.service import resolve_observed
from shared.contracts.interactions import IdentityObserved
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_identity_observed(batch: EventBatch) -> None:
    """Customers observed with an identifier of somebody else become link candidates."""
    await note_candidates(batch.tx, await resolve_observed(batch))


HANDLERS = [EventHandler("customers-inbound", Phase.EFFECTS, [IdentityObserved], on_identity_observed)]
