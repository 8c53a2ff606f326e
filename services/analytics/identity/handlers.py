"""Handlers of merges and of their undoing."""

from __future__ import annotations

from services.analytics.identity import service
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_customers_merged(batch: EventBatch) -> None:
    """Each merge holds from here on."""
    for event in batch.events:
        await service.record_merge(batch.tx, event)


async def on_merge_undone(batch: EventBatch) -> None:
    """Each undone merge holds no more."""
    for event in batch.events:
        await service.record_undoing(batch.tx, event)


# Alone: a customer's events before its merge count for itself, and those after it for the survivor.
HANDLERS = (
    EventHandler("analytics", Phase.IDENTITY, (CustomersMerged,), on_customers_merged, alone=True),
    EventHandler("analytics", Phase.IDENTITY, (MergeUndone,), on_merge_undone, alone=True),
)
