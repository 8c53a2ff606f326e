"""Aliases of merged customers, customers to recompute, and tombstones of erased ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

STORES = ("dirty",)
"""The tables that hold a customer's data here; aliases go, and tombstones stay."""

# Merges of merges stay as they were made, so that each can be undone by itself; the survivor is at the chain's end.
_RESOLVE = text("""
    with recursive up as (
        select customer_id, survivor from aliases where customer_id = any(cast(:ids as uuid[]))
        union
        select up.customer_id, a.survivor from up join aliases a on a.customer_id = up.survivor
    )
    select customer_id, survivor from up
    where not exists (select 1 from aliases a where a.customer_id = up.survivor)
    union all
    select customer_id, null from tombstones where customer_id = any(cast(:ids as uuid[]))
""")
_MERGE = text("""
    insert into aliases (customer_id, survivor, merge_id)
    select cast(:absorbed as uuid), cast(:survivor as uuid), cast(:merge_id as uuid)
    where not exists (select 1 from undone_merges where merge_id = :merge_id)
    on conflict (customer_id) do update set survivor = excluded.survivor, merge_id = excluded.merge_id
""")
# Both events come once under each key, so from two partitions: a merge's second copy may come after its undoing.
_UNDONE = text("insert into undone_merges (merge_id) values (:merge_id) on conflict do nothing")
_UNDO = text("delete from aliases where customer_id = :absorbed and merge_id = :merge_id")
_GROUP = text("""
    with recursive down as (
        select customer_id, survivor from aliases where survivor = any(cast(:ids as uuid[]))
        union
        select a.customer_id, down.survivor from down join aliases a on a.survivor = down.customer_id
    )
    select survivor, customer_id from down
""")
_MARK = text("""
    insert into dirty as d (customer_id, partition, since, origin, cause)
    select c, p, :since, :origin, cast(:cause as uuid)
    from unnest(cast(:ids as uuid[]), cast(:partitions as smallint[])) as t(c, p) order by 1
    on conflict (customer_id) do update
    set since = greatest(d.since, excluded.since), origin = excluded.origin, cause = excluded.cause
""")
_DIRTY = text("""
    select d.customer_id, d.origin, d.cause
    from dirty d join unnest(cast(:partitions as smallint[]), cast(:moments as timestamptz[])) as p(number, moment)
      on d.partition = p.number and d.since <= p.moment
    order by d.customer_id limit :most for update of d skip locked
""")
_CLEAN = text("delete from dirty where customer_id = any(cast(:ids as uuid[]))")
_DIRTY_AMONG = text("select customer_id from dirty where customer_id = any(cast(:ids as uuid[]))")
_ADD_TOMBSTONES = text("""
    insert into tombstones (customer_id, request_id, erased_at)
    select c, :request_id, :now from unnest(cast(:ids as uuid[])) as t(c)
    on conflict (customer_id) do update set request_id = excluded.request_id
""")


@dataclass(frozen=True, slots=True)
class Dirty:
    """A customer to recompute, and why."""

    customer_id: UUID
    origin: str
    cause: UUID | None


async def resolve(tx: Tx, customer_ids: Iterable[UUID]) -> tuple[dict[UUID, UUID], set[UUID]]:
    """Of these customers: the survivor of each merged one, and those that are erased."""
    survivors, erased = {}, set()
    for row in await tx.rows(_RESOLVE, {"ids": list(customer_ids)}):
        if row["survivor"] is None:
            erased.add(row["customer_id"])
        else:
            survivors[row["customer_id"]] = row["survivor"]
    return survivors, erased


async def merge(tx: Tx, survivor: UUID, absorbed: UUID, merge_id: UUID) -> None:
    """`absorbed` stands for `survivor` from now on."""
    await tx.execute(_MERGE, {"survivor": survivor, "absorbed": absorbed, "merge_id": merge_id})


async def undo_merge(tx: Tx, absorbed: UUID, merge_id: UUID) -> None:
    """`absorbed` stands for itself again."""
    await tx.execute(_UNDONE, {"merge_id": merge_id})
    await tx.execute(_UNDO, {"absorbed": absorbed, "merge_id": merge_id})


async def groups(tx: Tx, survivors: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Each survivor with all customers that stand for it, itself first."""
    found = {survivor: [survivor] for survivor in survivors}
    for row in await tx.rows(_GROUP, {"ids": list(found)}):
        found[row["survivor"]].append(row["customer_id"])
    return found


async def mark_dirty(
    tx: Tx, partitions: Mapping[UUID, int], since: datetime, origin: str, cause: UUID | None = None
) -> None:
    """Have these customers recomputed by the owner of their partition, when its inputs are read up to `since`."""
    if partitions:
        await tx.execute(
            _MARK,
            {"ids": list(partitions), "partitions": list(partitions.values()), "since": since, "origin": origin,
             "cause": cause},
        )  # fmt: skip


async def dirty(tx: Tx, reached: Mapping[int, datetime], most: int) -> list[Dirty]:
    """Customers that may be recomputed now; locked."""
    rows = await tx.rows(_DIRTY, {"partitions": list(reached), "moments": list(reached.values()), "most": most})
    return [Dirty(row["customer_id"], row["origin"], row["cause"]) for row in rows]


async def clean(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """They are recomputed."""
    await tx.execute(_CLEAN, {"ids": list(customer_ids)})


async def dirty_among(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these customers that wait to be recomputed."""
    return {row["customer_id"] for row in await tx.rows(_DIRTY_AMONG, {"ids": list(customer_ids)})}


async def add_tombstones(tx: Tx, customer_ids: Sequence[UUID], request_id: UUID) -> None:
    """From now on events of these customers are dropped."""
    await tx.execute(_ADD_TOMBSTONES, {"ids": list(customer_ids), "request_id": request_id, "now": tx.now})


async def remove_aliases(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """These customers stand for nobody any more."""
    await tx.execute("delete from aliases where customer_id = any(cast(:ids as uuid[]))", {"ids": list(customer_ids)})
