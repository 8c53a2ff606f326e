"""Handle requests to erase somebody, before what is known of them is deleted."""

from __future__ import annotations

from services.customers.exports.service.filling import delete_exports_naming
from shared.contracts.privacy import ErasureRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_erasure_requested(batch: EventBatch) -> None:
    """Files in which they stand are deleted."""
    ids = {customer_id for event in batch.events for customer_id in (event.subject, *event.data.aliases)}
    await delete_exports_naming(batch.tx, batch.settings, sorted(ids))


HANDLERS = [EventHandler("customers-erasures", Phase.COPIES, [ErasureRequested], on_erasure_requested)]
