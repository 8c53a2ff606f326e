"""Scores of customers, and those whose memberships are to follow a change of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.customers.stores import deleted
from shared.database.transaction import Tx

# What an erasure deletes here.
STORES = deleted("scores", "score_changes")

_OF_CUSTOMERS = text("select * from scores where customer_id = any(cast(:ids as uuid[]))")
_REMOVE = text("delete from scores where customer_id = any(cast(:ids as uuid[])) returning customer_id")
# Who waits already keeps the origin under which they wait, unless that is live: what a back-fill began triggers nobody.
_MARK = text("""
    insert into score_changes as w (customer_id, partition, since, origin, cause)
    select s.customer_id, s.partition, :since, :origin, :cause
    from states s where s.customer_id = any(cast(:ids as uuid[])) order by 1
    on conflict (customer_id) do update set
        since = greatest(w.since, excluded.since),
        cause = case w.origin when 'live' then excluded.cause else w.cause end,
        origin = case w.origin when 'live' then excluded.origin else w.origin end
""")
# Each partition by its index: of a million that wait no more is read than is taken.
_WAITING = text("""
    select w.customer_id, w.partition, w.origin, w.cause
    from unnest(cast(:partitions as smallint[]), cast(:moments as timestamptz[])) as p(number, moment)
    cross join lateral (
        select * from score_changes c where c.partition = p.number and c.since <= p.moment
        order by c.since, c.customer_id limit :most for update skip locked
    ) w
    limit :most
""")
_DONE = text("delete from score_changes where customer_id = any(cast(:ids as uuid[]))")
_WAITING_AMONG = text("select customer_id from score_changes where customer_id = any(cast(:ids as uuid[]))")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A customer whose score changed: what the change came from, and the fit or the event that did it."""

    customer_id: UUID
    partition: int
    origin: str
    cause: UUID


async def scores_of(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """The scores of these customers, those that have any."""
    rows = await tx.rows(_OF_CUSTOMERS, {"ids": list(customer_ids)})
    return {row["customer_id"]: row for row in rows}


async def remove(tx: Tx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """No scores of these customers. Returns those who had some."""
    return [row["customer_id"] for row in await tx.rows(_REMOVE, {"ids": list(customer_ids)})]


async def mark_changed(tx: Tx, customer_ids: Sequence[UUID], since: datetime, origin: str, cause: UUID) -> None:
    """Memberships of these customers follow their scores, by the owner of their partition, read up to `since`."""
    if customer_ids:
        values = {"ids": list(customer_ids), "since": since, "origin": origin, "cause": cause}
        await tx.execute(_MARK, values)


async def waiting(tx: Tx, reached: Mapping[int, datetime], most: int) -> list[Waiting]:
    """Customers whose memberships may follow now; locked."""
    values = {"partitions": list(reached), "moments": list(reached.values()), "most": most}
    rows = await tx.rows(_WAITING, values)
    return [Waiting(**row) for row in rows]


async def done(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Their memberships are by their scores."""
    await tx.execute(_DONE, {"ids": list(customer_ids)})


async def waiting_among(tx: Tx, customer_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these customers whose memberships are still to follow."""
    return {row["customer_id"] for row in await tx.rows(_WAITING_AMONG, {"ids": list(customer_ids)})}
