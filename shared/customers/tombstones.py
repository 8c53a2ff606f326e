"""Tombstones: the ids of erased customers, under which nothing is kept again.

Privacy keeps its own in the row that permits lock, since a permit must not be given while one is set.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, MetaData, Table, Uuid, text

from shared.database.transaction import Tx

# A second request for somebody takes the tombstone over: it is the one whose receipt is still to be given.
_ADD = text("""
    insert into tombstones (customer_id, request_id, erased_at)
    select id, :request_id, :now from unnest(cast(:ids as uuid[])) as t(id) order by id
    on conflict (customer_id) do update set request_id = excluded.request_id
""")
_AMONG = text("select customer_id from tombstones where customer_id = any(cast(:ids as uuid[]))")
_OF_REQUEST = text("select customer_id from tombstones where request_id = :request_id order by customer_id")


def tombstones_table(metadata: MetaData, *further: Column[Any]) -> Table:
    """The table as it is declared beside a service's other tables."""
    return Table(
        "tombstones",
        metadata,
        Column("customer_id", Uuid, primary_key=True),
        Column("request_id", Uuid, nullable=False),
        Column("erased_at", DateTime(timezone=True), nullable=False),
        *further,
    )


async def add_tombstones(tx: Tx, request_id: UUID, customer_ids: Iterable[UUID]) -> None:
    """From now on nothing is kept under these ids; `request_id` is the erasure's."""
    await tx.execute(_ADD, {"ids": sorted(set(customer_ids)), "request_id": request_id, "now": tx.now})


async def erased_among(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that were erased."""
    return {row["customer_id"] for row in await tx.rows(_AMONG, {"ids": sorted(set(customer_ids))})}


async def erased_for(tx: Tx, request_id: UUID) -> list[UUID]:
    """The ids that bear a tombstone because of this request."""
    return [row["customer_id"] for row in await tx.rows(_OF_REQUEST, {"request_id": request_id})]
