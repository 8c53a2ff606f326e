"""Handlers of events that decide who is who, before anything is recorded about anybody."""

from __future__ import annotations

from services.interactions.identity.service import (
    add_tombstones,
    lock_for_erasure,
    record_merges,
    record_owners,
    retire_identifiers,
)
from shared.contracts.customers import CustomersMerged, IdentifierFreed, IdentifierOwned, IdentifierRetired, MergeUndone
from shared.contracts.privacy import ErasureRequested
from shared.events.handlers import EventBatch, EventHandler, Phase


async def before_erasures(batch: EventBatch) -> None:
    """A batch with an erasure is alone from its first statement: a lock that grows later could meet another's."""
    await lock_for_erasure(batch.tx)


async def on_merges_changed(batch: EventBatch) -> None:
    """Customers were merged, or merges undone."""
    await record_merges(batch.tx, batch.events)


async def on_identifiers_retired(batch: EventBatch) -> None:
    """Identifiers lead to somebody new from here on."""
    await retire_identifiers(batch.tx, batch.events)


async def on_identifiers_owned(batch: EventBatch) -> None:
    """Identifiers have an owner, or one that is trusted now; or none, as an import was taken back."""
    await record_owners(batch.tx, batch.events)


async def on_erasures_requested(batch: EventBatch) -> None:
    """Whoever is to be erased is known before anything else of the batch is recorded."""
    await add_tombstones(batch.tx, batch.events)


HANDLERS = [
    EventHandler("interactions", Phase.LOCKS, [ErasureRequested], before_erasures),
    EventHandler("interactions", Phase.IDENTITY, [CustomersMerged, MergeUndone], on_merges_changed),
    EventHandler("interactions", Phase.IDENTITY, [IdentifierRetired], on_identifiers_retired),
    EventHandler("interactions", Phase.IDENTITY, [IdentifierFreed, IdentifierOwned], on_identifiers_owned),
    EventHandler("interactions", Phase.IDENTITY, [ErasureRequested], on_erasures_requested),
]
