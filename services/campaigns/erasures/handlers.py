"""Event handlers: erasure requests."""

from __future__ import annotations

from collections.abc import Sequence

from services.campaigns.contacts.service import customers_of
from services.campaigns.erasures import service
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Store
from shared.events.handlers import EventBatch, EventHandler, Phase


async def name_erased(batch: EventBatch) -> None:
    """No decision about the customer is under way while they are erased."""
    for event in batch.events:
        customers_of(batch).to_lock.update(service.ids_of(event))


def handlers_for(stores: Sequence[Store]) -> Sequence[EventHandler]:
    """The handlers that erase these stores: before copies and entries of the same batch, which then pass them over."""

    async def on_erasures_requested(batch: EventBatch) -> None:
        for event in batch.events:
            await service.erase_customer(batch.tx, batch.settings.naming, stores, event)

    return (
        EventHandler("campaigns", Phase.SUBJECTS, (ErasureRequested,), name_erased),
        EventHandler("campaigns", Phase.IDENTITY, (ErasureRequested,), on_erasures_requested),
    )
