"""Merge customers, preview that, undo it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.customers.attributes.repository import load_definitions
from services.customers.config import Settings
from services.customers.merges import repository as merges
from services.customers.merges.domain import Merge, field_choices, merged, separated
from services.customers.merges.errors import (
    AlreadyMerged,
    AlreadyUndone,
    NoSuchMerge,
    SameCustomer,
)
from services.customers.profiles.domain.customer import Group
from services.customers.profiles.domain.history import HistoryEntry
from services.customers.profiles.errors import Erased, NoSuchCustomer
from services.customers.profiles.repository import records
from services.customers.profiles.service.updates import ProfileUpdate, current_group, save_updates
from shared.contracts.customers import CustomersMerged, MergeUndone
from shared.contracts.envelope import Origin
from shared.customers.tombstones import erased_among
from shared.database.transaction import Tx
from shared.ids import new_id


async def preview_merge(tx: Tx, survivor: UUID, absorbed: UUID, *, by: str) -> Merge:
    """What the merge would show, field by field. Nothing is changed."""
    groups = await records.read_groups(tx, [survivor, absorbed])
    first, second = await _pair(tx, groups, survivor, absorbed)
    return Merge(new_id(), survivor, absorbed, tx.now, by, field_choices(first, second, tx.now))


async def merge_customers(tx: Tx, settings: Settings, survivor: UUID, absorbed: UUID, *, by: str) -> Merge:
    """`absorbed` is an alias of `survivor`, whose profile shows both. Emits merged under both keys, then the profile.

    Raises NoSuchCustomer, Erased, SameCustomer, AlreadyMerged.
    """
    groups = await records.lock_groups(tx, [survivor, absorbed])
    first, second = await _pair(tx, groups, survivor, absorbed)
    merge = Merge(new_id(), survivor, absorbed, tx.now, by, field_choices(first, second, tx.now))
    await merges.add_merge(tx, merge)
    fact = CustomersMerged(merge_id=merge.merge_id, survivor=survivor, absorbed=absorbed)
    for key in (survivor, absorbed):
        tx.publish(fact, subject=key, origin=Origin.MERGE)
    entry = HistoryEntry(survivor, by, {"merged": {"from": None, "to": str(absorbed)}})
    update = ProfileUpdate(first, merged(first, second, tx.now), [entry], announce=(), origin=Origin.MERGE)
    await save_updates(tx, settings, [update], await load_definitions(tx))
    return merge


async def undo_merge(tx: Tx, settings: Settings, merge_id: UUID, *, by: str) -> Merge:
    """`absorbed` stands for itself again, and both profiles show what was stated under their own ids.

    Raises NoSuchMerge, AlreadyUndone.
    """
    merge = await find_merge(tx, merge_id)
    whole = await current_group(tx, merge.absorbed, lock=True)
    # Read again behind the lock: two who undo the same merge meet here.
    merge = await find_merge(tx, merge_id)
    if merge.undone_at is not None:
        raise AlreadyUndone("This merge was undone before.", cure="Look at GET /merges.", where="path:merge_id")
    rest, freed = separated(whole, merge.absorbed)
    await merges.undo_merge(tx, merge, tx.now, by)
    fact = MergeUndone(merge_id=merge_id, survivor=merge.survivor, absorbed=merge.absorbed)
    for key in (merge.survivor, merge.absorbed):
        tx.publish(fact, subject=key, origin=Origin.MERGE)
    what = {"merged": {"from": str(merge.absorbed), "to": None}}
    # What changed for `absorbed` is counted from what it showed when it was taken in.
    alone = replace(whole, root=whole.member(merge.absorbed))
    updates = [
        ProfileUpdate(whole, rest, [HistoryEntry(merge.survivor, by, what)], announce=(), origin=Origin.MERGE),
        ProfileUpdate(alone, freed, [HistoryEntry(merge.absorbed, by, what)], announce=(), origin=Origin.MERGE),
    ]
    await save_updates(tx, settings, updates, await load_definitions(tx))
    return await find_merge(tx, merge_id)


async def find_merge(tx: Tx, merge_id: UUID) -> Merge:
    """One merge. Raises NoSuchMerge."""
    merge = await merges.merge_of(tx, merge_id)
    if merge is None:
        raise NoSuchMerge("There is no such merge.", cure="Look at GET /merges.", where="path:merge_id")
    return merge


async def list_merges(tx: Tx, customer_id: UUID | None, before: UUID | None, limit: int) -> list[Merge]:
    """The newest first; of one customer when it is named."""
    return await merges.page_of_merges(tx, customer_id, before, limit)


async def _pair(tx: Tx, groups: dict[UUID, Group], survivor: UUID, absorbed: UUID) -> tuple[Group, Group]:
    for where, asked in (("/survivor", survivor), ("/absorbed", absorbed)):
        if asked not in groups:
            if await erased_among(tx, [asked]):
                raise Erased(asked)
            raise NoSuchCustomer(asked, where)
    first, second = groups[survivor], groups[absorbed]
    if first.root.customer_id == second.root.customer_id:
        raise SameCustomer(
            f"{survivor} and {absorbed} are the same customer.",
            cure="Name two customers.",
            where="/absorbed",
            customer_id=str(first.root.customer_id),
        )
    for where, asked, group in (("/survivor", survivor, first), ("/absorbed", absorbed, second)):
        if group.root.customer_id != asked:
            raise AlreadyMerged(asked, group.root.customer_id, where)
    return first, second
