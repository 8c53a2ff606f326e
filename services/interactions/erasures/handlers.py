"""Handlers of erasure requests and of what customers retires with them; identity has locked recordings out and added
the tombstones by then."""

from __future__ import annotations

from collections.abc import Sequence

from services.interactions.erasures.service import erase, erase_retired
from shared.contracts.customers import IdentifierRetired
from shared.contracts.privacy import ErasureRequested
from shared.customers.stores import Store
from shared.events.handlers import EventBatch, EventHandler, Phase


def handlers_for(stores: Sequence[Store]) -> list[EventHandler]:
    """The handlers that erase from these stores of the capabilities."""

    async def on_erasures_requested(batch: EventBatch) -> None:
        """Each request is fulfilled and answered by itself: its receipt counts its own rows."""
        for event in batch.events:
            await erase(batch.tx, batch.settings.naming, stores, event)

    return [
        EventHandler("interactions", Phase.EFFECTS, [IdentifierRetired], on_identifiers_retired),
        EventHandler("interactions", Phase.EFFECTS, [ErasureRequested], on_erasures_requested),
    ]


async def on_identifiers_retired(batch: EventBatch) -> None:
    """What was somebody's who is erased is in no letter any more."""
    for event in batch.events:
        await erase_retired(batch.tx, batch.settings.naming, event)
