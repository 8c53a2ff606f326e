"""Handler of erasure requests."""

from __future__ import annotations

from services.analytics.erasures.service import erase_customer
from shared.contracts.privacy import ErasureRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_erasure_requested(batch: EventBatch) -> None:
    """Each customer named is erased."""
    for event in batch.events:
        await erase_customer(batch.tx, event)


# Alone: the receipt counts what the customer's earlier events have stored, and later ones meet the tombstone.
HANDLERS = (EventHandler("analytics", Phase.IDENTITY, (ErasureRequested,), on_erasure_requested, alone=True),)
