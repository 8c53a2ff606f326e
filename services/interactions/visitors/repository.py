"""SQL of visitors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.interactions.visitors.domain import Visit, Visitor
from shared.customers.stores import Store
from shared.database.transaction import Tx

# Locks each of them, in one order: an event of a visitor and the claim of the visitor come on different partitions.
_MEET = """
    insert into visitors as v (visitor_id, shared, events, since, seen_at)
    select visitor_id, false, events, since, :now
    from unnest(cast(:ids as uuid[]), cast(:counts as bigint[]), cast(:times as timestamptz[]))
         as n(visitor_id, events, since)
    order by 1
    on conflict (visitor_id) do update
    set events = v.events + excluded.events, since = least(v.since, excluded.since),
        seen_at = greatest(v.seen_at, excluded.seen_at)
    returning visitor_id, customer_id, shared, events, since
"""
_CLAIM = """
    update visitors v set customer_id = n.customer_id
    from unnest(cast(:ids as uuid[]), cast(:customers as uuid[])) as n(visitor_id, customer_id)
    where v.visitor_id = n.visitor_id and v.customer_id is null
"""
_IDLE = """
    select visitor_id from visitors where seen_at < :before
    order by seen_at limit :limit for update skip locked
"""
# What an erasure deletes here: no browser leads to the person any more, nor are they a visitor.
STORES = (
    Store(
        "visitors", "visitors where customer_id = any(cast(:ids as uuid[])) or visitor_id = any(cast(:ids as uuid[]))"
    ),
)


async def meet(tx: Tx, visits: Sequence[Visit]) -> dict[UUID, Visitor]:
    """These visitors as they are known, locked, with what they bring counted."""
    if not visits:
        return {}
    params = {
        "ids": [visit.visitor_id for visit in visits],
        "counts": [visit.events for visit in visits],
        "times": [visit.since for visit in visits],
        "now": tx.now,
    }
    return {row["visitor_id"]: Visitor(**row) for row in await tx.rows(_MEET, params)}


async def claim(tx: Tx, claims: dict[UUID, UUID]) -> None:
    """Each visitor is that customer from now on."""
    await tx.execute(_CLAIM, {"ids": list(claims), "customers": list(claims.values())})


async def mark_shared(tx: Tx, ids: Iterable[UUID]) -> None:
    """What these visitors do is nobody's in particular."""
    await tx.execute(
        "update visitors set shared = true where visitor_id = any(cast(:ids as uuid[]))", {"ids": list(ids)}
    )


async def unclaimed_among(tx: Tx, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these ids that are visitors who are nobody yet."""
    statement = "select visitor_id from visitors where visitor_id = any(cast(:ids as uuid[]))"
    return {row["visitor_id"] for row in await tx.rows(statement, {"ids": list(ids)})}


async def idle_visitors(tx: Tx, before: datetime, limit: int) -> list[UUID]:
    """Visitors who were not seen since, locked."""
    return [row["visitor_id"] for row in await tx.rows(_IDLE, {"before": before, "limit": limit})]


async def forget(tx: Tx, ids: Iterable[UUID]) -> None:
    """These visitors were never here."""
    await tx.execute("delete from visitors where visitor_id = any(cast(:ids as uuid[]))", {"ids": list(ids)})
