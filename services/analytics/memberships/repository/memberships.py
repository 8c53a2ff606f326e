"""Who is in which segment, and the history of who entered and left: one statement for a table and batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.customers.stores import deleted
from shared.database.transaction import Tx

STORES = deleted("memberships", "membership_history")
"""The tables that hold a customer's data here."""

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
_ROWS = text("""
    select customer_id, segment_id, version from memberships
    where customer_id = any(cast(:ids as uuid[])) and segment_id = any(cast(:segments as uuid[]))
""")
_MEMBERS = text("""
    select m.customer_id, m.since from memberships m
    where m.segment_id = :id and m.version = :version and (cast(:after as uuid) is null or m.customer_id > :after)
    order by m.customer_id limit :limit
""")
_PAGE = text("""
    select m.customer_id, m.segment_id, m.version, m.since
    from (
        select distinct customer_id from memberships
        where cast(:after as uuid) is null or customer_id > :after order by customer_id limit :limit
    ) as page
    join memberships m using (customer_id)
    join segments s on s.segment_id = m.segment_id and s.current_version = m.version and not s.archived
    order by m.customer_id, m.segment_id
""")
_LAST_OF_PAGE = text("""
    select max(cast(customer_id as text)) as last, count(*) as customers from (
        select distinct customer_id from memberships
        where cast(:after as uuid) is null or customer_id > :after order by customer_id limit :limit
    ) as page
""")
_OF_CUSTOMER = text("""
    select m.segment_id, s.name, m.version, m.since
    from memberships m join segments s on s.segment_id = m.segment_id and s.current_version = m.version
    where m.customer_id = :customer and not s.archived order by s.name
""")
_HISTORY_OF = text("""
    select h.id, h.at, h.recorded_at, h.segment_id, s.name, h.version, h.entered, h.cause, h.origin
    from membership_history h join segments s using (segment_id)
    where h.customer_id = :customer and (cast(:segment as uuid) is null or h.segment_id = :segment)
      and (cast(:after as bigint) is null or h.id < :after)
    order by h.id desc limit :limit
""")


@dataclass(slots=True)
class MembershipChange:
    """A membership that changed. `shown` is false for a version that is still being filled."""

    customer_id: UUID
    segment_id: UUID
    version: int
    entered: bool
    at: datetime
    cause: str
    origin: str
    shown: bool


async def held(tx: Tx, customer_ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """The live segments of each customer, as the table of memberships has them."""
    rows = await tx.rows(_HELD, {"ids": list(customer_ids)})
    found: dict[UUID, set[UUID]] = {}
    for row in rows:
        found.setdefault(row["customer_id"], set()).add(row["segment_id"])
    return found


async def align(tx: Tx, wanted: Mapping[UUID, Iterable[tuple[UUID, int]]], since: datetime) -> None:
    """The table has of these customers exactly what their states have: (segment, version)."""
    rows = [(id, *version) for id, held in wanted.items() for version in held]
    keys = {
        "owners": list(wanted),
        "ids": [row[0] for row in rows],
        "segments": [row[1] for row in rows],
        "versions": [row[2] for row in rows],
    }
    await tx.execute(_SURPLUS, keys)
    del keys["owners"]
    await tx.execute(_ENTER, {**keys, "moments": [since] * len(rows)})


async def store_changes(tx: Tx, changes: Sequence[MembershipChange]) -> None:
    """Memberships as they are after these changes, and the shown ones appended to the history."""
    first: dict[tuple[UUID, UUID, int], MembershipChange] = {}
    last: dict[tuple[UUID, UUID, int], MembershipChange] = {}
    for change in changes:
        key = change.customer_id, change.segment_id, change.version
        first.setdefault(key, change)
        last[key] = change
    # Who left and came back is a member since then; the row from before makes way.
    await _leave(tx, [change for key, change in last.items() if not (change.entered and first[key].entered)])
    await _enter(tx, [change for change in last.values() if change.entered])
    await _remember(tx, [change for change in changes if change.shown])


async def _enter(tx: Tx, changes: Sequence[MembershipChange]) -> None:
    if not changes:
        return
    rows = [(change.customer_id, change.segment_id, change.version, change.at) for change in changes]
    if not await tx.copy_new("memberships", _MEMBERSHIP, rows):
        await tx.execute(_ENTER, {**_keys(changes), "moments": [change.at for change in changes]})


async def _leave(tx: Tx, changes: Sequence[MembershipChange]) -> None:
    if changes:
        await tx.execute(_LEAVE, _keys(changes))


async def _remember(tx: Tx, changes: Sequence[MembershipChange]) -> None:
    if changes:
        rows = [
            (
                change.customer_id,
                change.at,
                tx.now,
                change.segment_id,
                change.version,
                change.entered,
                change.cause,
                change.origin,
            )
            for change in changes
        ]
        await tx.copy("membership_history", _HISTORY, rows)


def _keys(changes: Sequence[MembershipChange]) -> dict[str, list[Any]]:
    return {
        "ids": [change.customer_id for change in changes],
        "segments": [change.segment_id for change in changes],
        "versions": [change.version for change in changes],
    }


async def rows_of(tx: Tx, customer_ids: Iterable[UUID], segments: Iterable[UUID]) -> dict[UUID, set[tuple[UUID, int]]]:
    """(segment, version) that memberships have of each customer, among these segments."""
    found: dict[UUID, set[tuple[UUID, int]]] = {}
    for row in await tx.rows(_ROWS, {"ids": list(customer_ids), "segments": list(segments)}):
        found.setdefault(row["customer_id"], set()).add((row["segment_id"], row["version"]))
    return found


async def members(tx: Tx, id: UUID, version: int, after: UUID | None, limit: int) -> list[tuple[UUID, datetime]]:
    """(customer, member since) in the order of ids."""
    rows = await tx.rows(_MEMBERS, {"id": id, "version": version, "after": after, "limit": limit})
    return [(row["customer_id"], row["since"]) for row in rows]


async def of_customer(tx: Tx, customer_id: UUID) -> Sequence[Any]:
    """The segments that a customer is in."""
    return await tx.rows(_OF_CUSTOMER, {"customer": customer_id})


async def history(tx: Tx, customer_id: UUID, segment_id: UUID | None, after: int | None, limit: int) -> Sequence[Any]:
    """What a customer entered and left, the newest first."""
    return await tx.rows(_HISTORY_OF, {"customer": customer_id, "segment": segment_id, "after": after, "limit": limit})


async def page_of_members(tx: Tx, after: UUID | None, limit: int) -> tuple[Sequence[Any], UUID | None]:
    """What holds the next customers, by the versions that answer; and the last of them, None when there are no more."""
    params = {"after": after, "limit": limit}
    end = await tx.row(_LAST_OF_PAGE, params)
    rows = await tx.rows(_PAGE, params)
    return rows, UUID(end["last"]) if end is not None and end["customers"] == limit else None
