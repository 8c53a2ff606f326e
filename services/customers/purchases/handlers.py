"""Handle recorded purchases."""

from __future__ import annotations

from services.customers.purchases.service import note_purchases
from shared.contracts.interactions import PurchaseRecorded
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_purchase_recorded(batch: EventBatch) -> None:
    """Whoever bought becomes an active customer."""
    await note_purchases(batch.tx, batch.settings, batch.events)


HANDLERS = [EventHandler("customers-purchases", Phase.EFFECTS, [PurchaseRecorded], on_purchase_recorded)]
