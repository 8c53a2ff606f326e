"""Handle requests to erase somebody."""

from __future__ import annotations

from collections.abc import Sequence

from services.customers.erasures.service import erase_customer
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Store
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers_for(stores: Sequence[Store]) -> list[EventHandler]:
    """The handlers that erase from these stores of the capabilities."""

    async def on_erasure_requested(batch: EventBatch) -> None:
        """Each person asked for is erased, one after the other, in the order of the requests."""
        for request in batch.events:
            await erase_customer(batch.tx, batch.settings.naming, stores, request)

    return [EventHandler("customers-erasures", Phase.EFFECTS, [ErasureRequested], on_erasure_requested)]
