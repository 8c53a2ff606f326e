"""Handle merges, their undoing, owned and retired identifiers, before the rest of a batch asks who somebody is."""

from __future__ import annotations

from services.privacy.identity import service
from shared.contracts.customers import (
    CustomersMerged,
    IdentifierFreed,
    IdentifierOwned,
    IdentifierRetired,
    MergeUndone,
)
from shared.events.handlers import EventBatch, EventHandler, Phase


async def on_merges(batch: EventBatch) -> None:
    """Two ids are one customer, or two again."""
    await service.record_merges(batch.tx, [event.data for event in batch.events])


async def on_identifier_owned(batch: EventBatch) -> None:
    """The identifier means its owner from now on, or nobody, as an import was taken back."""
    await service.record_owners(batch.tx, batch.events)


async def on_identifier_retired(batch: EventBatch) -> None:
    """The identifier derives somebody new from now on."""
    await service.record_retired_identifiers(batch.tx, batch.events)


HANDLERS = [
    EventHandler("privacy", Phase.IDENTITY, [CustomersMerged, MergeUndone], on_merges),
    EventHandler("privacy", Phase.IDENTITY, [IdentifierFreed, IdentifierOwned], on_identifier_owned),
    EventHandler("privacy", Phase.IDENTITY, [IdentifierRetired], on_identifier_retired),
]
