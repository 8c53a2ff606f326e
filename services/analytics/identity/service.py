"""Who counts as one customer: survivors of merges, and erased customers whose events are dropped."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.analytics.identity import repository
from services.analytics.identity.domain import partition_of
from services.analytics.identity.errors import CustomerErased
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.contracts.envelope import Envelope, Origin
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch


@dataclass(frozen=True, slots=True)
class Identities:
    """Of some customers: the survivor of each merged one, and those that are erased."""

    survivors: dict[UUID, UUID]
    erased: set[UUID]


async def identities_of(batch: EventBatch) -> Identities:
    """The identities of everybody whom the batch is about; resolved once."""
    found: Identities | None = batch.resolved.get("identity.standing")
    if found is None:
        found = Identities(*await repository.resolve(batch.tx, {event.subject for event in batch.all_events}))
        batch.resolved["identity.standing"] = found
    return found


async def survivor_of(tx: Tx, customer_id: UUID) -> UUID:
    """Who stands for this customer now. Raises CustomerErased."""
    survivors, erased = await repository.resolve(tx, [customer_id])
    if customer_id in erased:
        raise CustomerErased("This customer's data was erased.", where="path:customer_id")
    return survivors.get(customer_id, customer_id)


async def record_merge(tx: Tx, event: Envelope[CustomersMerged]) -> None:
    """The absorbed customer stands for the survivor from now on; both are to be recomputed."""
    merged = event.data
    await repository.merge(tx, merged.survivor, merged.absorbed, merged.merge_id)
    await _recompute_both(tx, event)


async def record_undoing(tx: Tx, event: Envelope[MergeUndone]) -> None:
    """The absorbed customer stands for itself again; both are to be recomputed."""
    await repository.undo_merge(tx, event.data.absorbed, event.data.merge_id)
    await _recompute_both(tx, event)


async def _recompute_both(tx: Tx, event: Envelope[CustomersMerged] | Envelope[MergeUndone]) -> None:
    both = {id: partition_of(id) for id in (event.data.survivor, event.data.absorbed)}
    await repository.mark_dirty(tx, both, event.recorded_at, Origin.MERGE, event.id)
