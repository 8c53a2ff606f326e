"""States, memberships and their history, written with one statement a table and batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.contracts.topics import PARTITIONS
from shared.database.transaction import Tx

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
_ENTER = text("""
    insert into memberships (customer_id, segment_id, version, since)
    select * from unnest(cast(:ids as uuid[]), cast(:segments as uuid[]), cast(:versions as int[]),
                         cast(:moments as timestamptz[])) order by 1, 2
    on conflict do nothing
""")
_LEAVE = text("""
    delete from memberships m
    using unnest(cast(:ids as uuid[]), cast(:segments as uuid[]), cast(:versions as int[])) as gone(c, s, v)
    where m.customer_id = gone.c and m.segment_id = gone.s and m.version = gone.v
""")
_SURPLUS = text("""
    delete from memberships m where m.customer_id = any(cast(:owners as uuid[])) and not exists (
        select 1 from unnest(cast(:ids as uuid[]), cast(:segments as uuid[]), cast(:versions as int[])) as kept(c, s, v)
        where kept.c = m.customer_id and kept.s = m.segment_id and kept.v = m.version)
""")
_MEMBERSHIP = ("customer_id", "segment_id", "version", "since")
_HISTORY = ("customer_id", "at", "recorded_at", "segment_id", "version", "entered", "cause", "origin")
_HELD = text("""
    select m.customer_id, m.segment_id
    from memberships m join segments s on s.segment_id = m.segment_id and s.current_version = m.version
    where m.customer_id = any(cast(:ids as uuid[])) and not s.archived
""")


@dataclass(slots=True)
class Stored:
    """A customer's row, as it was read."""

    partition: int
    state: bytes
    wake: datetime | None


@dataclass(slots=True)
class Change:
    """A membership that changed. `shown` is false for a version that is still being filled."""

    customer_id: UUID
    segment_id: UUID
    version: int
    entered: bool
    at: datetime
    cause: str
    origin: str
    shown: bool


async def read(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, Stored]:
    """The states of these customers, locked until the transaction ends; absent for a customer never seen."""
    rows = await tx.rows(_READ, {"ids": list(customer_ids)})
    return {row["customer_id"]: Stored(row["partition"], row["state"], row["wake"]) for row in rows}


async def peek(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, bytes]:
    """The states of these customers as they are, without a lock."""
    rows = await tx.rows(_PEEK, {"ids": list(customer_ids)})
    return {row["customer_id"]: row["state"] for row in rows}


async def after(tx: Tx, customer_id: UUID | None, most: int, *, until: UUID | None = None) -> list[UUID]:
    """The next customers in the order of ids, up to and with `until`."""
    rows = await tx.rows(_AFTER, {"after": customer_id, "most": most, "until": until})
    return [row["customer_id"] for row in rows]


async def count(tx: Tx) -> int:
    """Customers that analytics has heard of."""
    return int(await tx.value("select count(*) from states"))


async def held(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The live segments of each customer, as the table of memberships has them."""
    rows = await tx.rows(_HELD, {"ids": list(customer_ids)})
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row["customer_id"], set()).add(row["segment_id"])
    return found


async def align(tx: Tx, wanted: Mapping[UUID, Iterable[tuple[UUID, int]]], since: datetime) -> None:
    """The table says of these customers exactly what their states say: (segment, version)."""
    rows = [(id, *one) for id, held in wanted.items() for one in held]
    keys = {
        "owners": list(wanted),
        "ids": [row[0] for row in rows],
        "segments": [row[1] for row in rows],
        "versions": [row[2] for row in rows],
    }
    await tx.execute(_SURPLUS, keys)
    del keys["owners"]
    await tx.execute(_ENTER, {**keys, "moments": [since] * len(rows)})


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


async def store_changes(tx: Tx, changes: Sequence[Change]) -> None:
    """Memberships as they are after these changes, and the shown ones appended to the history."""
    first: dict[tuple[UUID, UUID, int], Change] = {}
    last: dict[tuple[UUID, UUID, int], Change] = {}
    for change in changes:
        key = change.customer_id, change.segment_id, change.version
        first.setdefault(key, change)
        last[key] = change
    # Who left and came back is a member since then; the row from before makes way.
    await _leave(tx, [change for key, change in last.items() if not (change.entered and first[key].entered)])
    await _enter(tx, [change for change in last.values() if change.entered])
    await _remember(tx, [change for change in changes if change.shown])


async def _enter(tx: Tx, changes: Sequence[Change]) -> None:
    if not changes:
        return
    rows = [(change.customer_id, change.segment_id, change.version, change.at) for change in changes]
    if not await tx.copy_new("memberships", _MEMBERSHIP, rows):
        await tx.execute(_ENTER, {**_keys(changes), "moments": [change.at for change in changes]})


async def _leave(tx: Tx, changes: Sequence[Change]) -> None:
    if changes:
        await tx.execute(_LEAVE, _keys(changes))


async def _remember(tx: Tx, changes: Sequence[Change]) -> None:
    if changes:
        rows = [
            (one.customer_id, one.at, tx.now, one.segment_id, one.version, one.entered, one.cause, one.origin)
            for one in changes
        ]
        await tx.copy("membership_history", _HISTORY, rows)


def _keys(changes: Sequence[Change]) -> dict[str, list[Any]]:
    return {
        "ids": [change.customer_id for change in changes],
        "segments": [change.segment_id for change in changes],
        "versions": [change.version for change in changes],
    }
