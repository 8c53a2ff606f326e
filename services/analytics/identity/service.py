"""Who counts as one customer: survivors of merges, and erased customers whose events are dropped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.analytics.identity import repository
from services.analytics.identity.domain import partition_of
from services.analytics.identity.errors import CustomerErased
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.contracts.envelope import Envelope, Origin
from shared.customers import merges, tombstones
from shared.customers.group import Group
from shared.database.transaction import Tx
from shared.events.handlers import EventBatch


@dataclass(frozen=True, slots=True)
class Identities:
    """Of some customers: the survivor of each merged one, those that are erased, and all that stand for each."""

    survivors: dict[UUID, UUID]
    erased: set[UUID]
    groups: dict[UUID, Group]


async def resolve(tx: Tx, customer_ids: Iterable[UUID]) -> Identities:
    """Who these customers are."""
    wanted = set(customer_ids)
    groups = await merges.groups_of(tx, wanted)
    survivors = {customer_id: group.root for customer_id, group in groups.items() if group.root != customer_id}
    return Identities(survivors, await tombstones.erased_among(tx, wanted), groups)


async def members_of(tx: Tx, survivors: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each survivor with all customers that stand for it, itself first."""
    groups = await merges.groups_of(tx, survivors)
    return {
        survivor: [survivor, *(member for member in group.members if member != survivor)]
        for survivor, group in groups.items()
    }


async def identities_of(batch: EventBatch) -> Identities:
    """The identities of everybody whom the batch is about; resolved once."""
    found: Identities | None = batch.resolved.get("identity.standing")
    if found is None:
        found = await resolve(batch.tx, {event.subject for event in batch.all_events})
        batch.resolved["identity.standing"] = found
    return found


async def survivor_of(tx: Tx, customer_id: UUID) -> UUID:
    """Who stands for this customer now. Raises CustomerErased."""
    known = await resolve(tx, [customer_id])
    if customer_id in known.erased:
        raise CustomerErased("This customer's data was erased.", where="path:customer_id")
    return known.survivors.get(customer_id, customer_id)


async def record_merge(tx: Tx, event: Envelope[CustomersMerged]) -> None:
    """The absorbed customer stands for the survivor from now on; both are to be recomputed."""
    await merges.record_merges(tx, [event.data])
    await _recompute_both(tx, event)


async def record_undoing(tx: Tx, event: Envelope[MergeUndone]) -> None:
    """The absorbed customer stands for itself again; both are to be recomputed."""
    await merges.record_merges(tx, [event.data])
    await _recompute_both(tx, event)


async def _recompute_both(tx: Tx, event: Envelope[CustomersMerged] | Envelope[MergeUndone]) -> None:
    both = {id: partition_of(id) for id in (event.data.survivor, event.data.absorbed)}
    await repository.mark_dirty(tx, both, event.recorded_at, Origin.MERGE, event.id)
