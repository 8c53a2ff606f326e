"""Handle requests to erase somebody, before what is known of them is deleted."""

from __future__ import annotations

from services.customers.imports.service.erasing import end_files_of
from shared.contracts.privacy import ErasureRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_erasure_requested(batch: EventBatch) -> None:
    """Files in which they stand are deleted before their days."""
    ids = {customer_id for event in batch.events for customer_id in (event.subject, *event.data.aliases)}
    await end_files_of(batch.tx, sorted(ids))


HANDLERS = [EventHandler("customers-erasures", Phase.COPIES, [ErasureRequested], on_erasure_requested)]
