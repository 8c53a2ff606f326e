"""What the engine remembers of customers, written with one statement for a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from shared.contracts.topics import PARTITIONS
from shared.customers.stores import deleted
from shared.database.transaction import Tx

STORES = deleted("states")
"""The tables that hold a customer's data here."""

# Locked in the order of ids, so that two workers which hold the same customers for a moment (a rebalance) wait.
_READ = text("""
    select customer_id, partition, state, wake from states
    where customer_id = any(cast(:ids as uuid[])) order by customer_id for update
""")
_PEEK = text("select customer_id, state from states where customer_id = any(cast(:ids as uuid[]))")
_AFTER = text("""
    select customer_id from states
    where (cast(:after as uuid) is null or customer_id > :after)
      and (cast(:until as uuid) is null or customer_id <= :until)
    order by customer_id limit :most
""")
_WRITE = text("""
    insert into states as s (customer_id, partition, state, wake, revision)
    select *, :revision from unnest(cast(:ids as uuid[]), cast(:partitions as smallint[]), cast(:states as bytea[]),
                                    cast(:wakes as timestamptz[])) order by 1
    on conflict (customer_id) do update
    set state = excluded.state, wake = excluded.wake, revision = excluded.revision
""")
# A branch for each partition, sorted and limited by itself: the server merges them and fetches no more rows than it
# gives. Over a list of partitions it fetched 500 of each to give 500 of all: 3,000 pages instead of 520 (1,000,000
# waiting, six partitions: measured). A partition that is not reached has no moment, and its branch no rows.
_DUE = text(
    " union all ".join(
        f"(select customer_id, wake, {number} as number from states where partition = {number}"
        f" and wake <= (cast(:moments as timestamptz[]))[{number + 1}] order by wake limit :most)"
        for number in range(PARTITIONS)
    )
    + " order by wake limit :most"
)
_BACKLOG = text("""
    select coalesce(sum((select count(*) from (
        select 1 from states where partition = p.number and wake <= p.moment limit 10000) as due)), 0)
    from unnest(cast(:partitions as smallint[]), cast(:moments as timestamptz[])) as p(number, moment)
""")


@dataclass(slots=True)
class StoredState:
    """A customer's row, as it was read."""

    partition: int
    state: bytes
    wake: datetime | None


async def read(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, StoredState]:
    """The states of these customers, locked until the transaction ends; absent for a customer never seen."""
    rows = await tx.rows(_READ, {"ids": list(customer_ids)})
    return {row["customer_id"]: StoredState(row["partition"], row["state"], row["wake"]) for row in rows}


async def peek(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The states of these customers as they are, without a lock."""
    rows = await tx.rows(_PEEK, {"ids": list(customer_ids)})
    return {row["customer_id"]: row["state"] for row in rows}


async def after(tx: Tx, customer_id: UUID | None, most: int, *, until: UUID | None = None) -> list[UUID]:
    """The next customers in the order of ids, up to and with `until`."""
    rows = await tx.rows(_AFTER, {"after": customer_id, "most": most, "until": until})
    return [row["customer_id"] for row in rows]


async def count(tx: Tx) -> int:
    """Customers who are known here."""
    return int(await tx.value("select count(*) from states"))


async def remove(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """No state and no membership of these customers, of any version."""
    ids = {"ids": list(customer_ids)}
    await tx.execute("delete from memberships where customer_id = any(cast(:ids as uuid[]))", ids)
    await tx.execute("delete from states where customer_id = any(cast(:ids as uuid[]))", ids)


async def write(tx: Tx, revision: int, rows: Sequence[tuple[UUID, int, bytes, datetime | None]]) -> None:
    """Store (customer, partition, state, wake)."""
    if rows:
        ids, partitions, states, wakes = zip(*rows, strict=True)
        await tx.execute(
            _WRITE,
            {"ids": list(ids), "partitions": list(partitions), "states": list(states), "wakes": list(wakes),
             "revision": revision},
        )  # fmt: skip


async def due(tx: Tx, reached: Mapping[int, datetime], most: int) -> dict[UUID, int]:
    """Customers (with their partition) whose wake-up is due by the moment reached there, the earliest first."""
    moments = [reached.get(number) for number in range(PARTITIONS)]
    rows = await tx.rows(_DUE, {"moments": moments, "most": most})
    return {row["customer_id"]: row["number"] for row in rows}


async def count_due(tx: Tx, reached: Mapping[int, datetime]) -> int:
    """How many wake-ups are due (at most 10,000 are counted in each partition)."""
    return int(await tx.value(_BACKLOG, {"partitions": list(reached), "moments": list(reached.values())}))
