"""Customers to recompute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.customers.stores import MERGES, deleted
from shared.database.transaction import Tx

STORES = (*deleted("dirty"), MERGES)
"""The tables that hold a customer's data here; merges go, and tombstones stay."""

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


@dataclass(frozen=True, slots=True)
class Dirty:
    """A customer to recompute, and why."""

    customer_id: UUID
    origin: str
    cause: UUID | None


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
