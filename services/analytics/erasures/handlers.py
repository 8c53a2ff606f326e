"""Handler of erasure requests."""

from __future__ import annotations

from collections.abc import Sequence

from services.analytics.erasures.service import erase_customer
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Store
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers_for(stores: Sequence[Store]) -> list[EventHandler]:
    """The handlers that erase from these stores of the capabilities."""

    async def on_erasure_requested(batch: EventBatch) -> None:
        """Each customer named is erased."""
        for event in batch.events:
            await erase_customer(batch.tx, batch.settings.naming, stores, event)

    # Alone: the receipt counts what the customer's earlier events have stored, and later ones meet the tombstone.
    return [EventHandler("analytics", Phase.IDENTITY, (ErasureRequested,), on_erasure_requested, alone=True)]
