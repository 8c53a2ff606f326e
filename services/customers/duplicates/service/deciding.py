"""Decide about pairs: one customer, or two. Those that are sure need nobody, where the firm has said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from services.customers.config import Settings
from services.customers.duplicates.domain.proposals import (
    BY,
    Counts,
    Duplicate,
    Position,
    Wanted,
    may_be_automatic,
    survivor_of,
)
from services.customers.duplicates.errors import (
    DuplicateDecided,
    DuplicateNotRejected,
    NoSuchDuplicate,
    NotOfThisPair,
)
from services.customers.duplicates.repository import proposals
from services.customers.merges.domain import Merge
from services.customers.merges.service.merging import merge_customers, preview_merge
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.repository import records
from shared.database.transaction import Tx
from shared.observability.logging import get_logger

log = get_logger(__name__)

# One transaction: each merge locks two customers.
BATCH = 20


async def list_duplicates(tx: Tx, wanted: Wanted, after: Position | None, limit: int) -> list[Duplicate]:
    """Pairs that are alike, the most alike first."""
    return await proposals.page_of_duplicates(tx, wanted, after, limit)


async def find_duplicate(tx: Tx, duplicate_id: UUID, *, lock: bool = False) -> Duplicate:
    """One pair. Raises NoSuchDuplicate."""
    pair = await proposals.duplicate_of(tx, duplicate_id, lock=lock)
    if pair is None:
        raise NoSuchDuplicate()
    return pair


async def count_duplicates(tx: Tx) -> Counts:
    """How many pairs there are in each state, and how many customers wait for being compared."""
    return await proposals.count_duplicates(tx)


async def suggested_survivors(tx: Tx, pairs: Sequence[Duplicate]) -> dict[UUID, UUID]:
    """Who of each pair would stay: whom a storefront knows, who has more identifiers, who was there first."""
    groups = await records.read_groups(tx, sorted({id_ for pair in pairs for id_ in (pair.customer_id, pair.other_id)}))
    return {
        pair.duplicate_id: survivor_of(groups[pair.customer_id], groups[pair.other_id]).root.customer_id
        for pair in pairs
        if pair.customer_id in groups
        and pair.other_id in groups
        and _are_two(pair, groups[pair.customer_id], groups[pair.other_id])
    }


async def preview_confirmation(tx: Tx, duplicate_id: UUID, survivor: UUID | None, *, by: str) -> Merge:
    """The merge that confirming would make. Nothing is changed."""
    stays, goes = await _sides(tx, await _open(tx, duplicate_id), survivor)
    return await preview_merge(tx, stays, goes, by=by)


async def confirm_duplicate(tx: Tx, settings: Settings, duplicate_id: UUID, survivor: UUID | None, *, by: str) -> Merge:
    """The two are one. Undoing the merge tells them apart for good.

    Raises NoSuchDuplicate, DuplicateDecided, NotOfThisPair, and what merging refuses.
    """
    pair = await _open(tx, duplicate_id)
    # Customers before pairs, as the comparison locks them.
    await records.lock_groups(tx, [pair.customer_id, pair.other_id])
    pair = await _open(tx, duplicate_id, lock=True)
    stays, goes = await _sides(tx, pair, survivor)
    merge = await merge_customers(tx, settings, stays, goes, by=by)
    await proposals.decide(tx, duplicate_id, "confirmed", tx.now, by, merge.merge_id)
    return merge


async def reject_duplicate(tx: Tx, duplicate_id: UUID, *, by: str) -> Duplicate:
    """The two are not one, and are not proposed again, under none of their ids."""
    pair = await _open(tx, duplicate_id, lock=True)
    await proposals.decide(tx, duplicate_id, "rejected", tx.now, by)
    return replace(pair, state="rejected", decided_at=tx.now, decided_by=by)


async def reopen_duplicate(tx: Tx, duplicate_id: UUID) -> Duplicate:
    """A pair that was rejected waits for a decision again. Raises NoSuchDuplicate, DuplicateNotRejected."""
    pair = await find_duplicate(tx, duplicate_id, lock=True)
    if pair.state != "rejected":
        raise DuplicateNotRejected(pair.state)
    await proposals.decide(tx, duplicate_id, "open", None, None)
    return replace(pair, state="open", decided_at=None, decided_by=None)


async def merge_sure_ones(tx: Tx, settings: Settings) -> bool:
    """Pairs that are sure are merged, where DUPLICATES_AUTOMATIC says so; False when none is left. What speaks against
    it leaves a pair to people."""
    if not settings.duplicates_automatic:
        return False
    sure = await proposals.sure_ones(tx, BATCH)
    await records.lock_groups(tx, [id_ for pair in sure for id_ in (pair.customer_id, pair.other_id)])
    for pair in sure:
        now = await proposals.duplicate_of(tx, pair.duplicate_id, lock=True)
        if now is None or now.state != "open":
            continue
        groups = await records.read_groups(tx, [pair.customer_id, pair.other_id])
        first, second = groups.get(pair.customer_id), groups.get(pair.other_id)
        if first is None or second is None or not _are_two(pair, first, second):
            await proposals.withdraw(tx, pair.duplicate_id)
        elif not may_be_automatic(first, second):
            await proposals.leave_to_people(tx, pair.duplicate_id)
        else:
            stays = survivor_of(first, second).root.customer_id
            goes = pair.other_id if stays == pair.customer_id else pair.customer_id
            merge = await merge_customers(tx, settings, stays, goes, by=BY)
            await proposals.decide(tx, pair.duplicate_id, "confirmed", tx.now, BY, merge.merge_id)
    if sure:
        log.info("duplicates_merged", pairs=len(sure))
    return len(sure) == BATCH


async def _open(tx: Tx, duplicate_id: UUID, *, lock: bool = False) -> Duplicate:
    pair = await find_duplicate(tx, duplicate_id, lock=lock)
    if pair.state != "open":
        raise DuplicateDecided(pair.state)
    return pair


async def _sides(tx: Tx, pair: Duplicate, survivor: UUID | None) -> tuple[UUID, UUID]:
    """Who stays, and who becomes an alias."""
    if survivor is None:
        survivor = (await suggested_survivors(tx, [pair])).get(pair.duplicate_id, pair.customer_id)
    if survivor not in (pair.customer_id, pair.other_id):
        raise NotOfThisPair(pair.customer_id, pair.other_id)
    return survivor, pair.other_id if survivor == pair.customer_id else pair.customer_id


def _are_two(pair: Duplicate, first: Group, second: Group) -> bool:
    """Whether both still stand for themselves."""
    return first.root.customer_id == pair.customer_id and second.root.customer_id == pair.other_id
