"""The definitions that run: versions live and being filled, numbers of leaves, the revision, and its sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from shared.contracts.topics import PARTITIONS
from shared.transaction import Tx

# Shared: a batch holds it until its commit, so that no batch is handled by an older program than the newest committed.
_REVISION = text("select revision from programs for share")
_REVISION_ALONE = text("select revision, next_leaf from programs for update")
_RUNNING = text("""
    select v.segment_id, v.version, v.state, v.definition, v.types,
           case v.state when 'live' then s.number else v.number end as number
    from segment_versions v join segments s using (segment_id)
    where not s.archived and v.state in ('live', 'backfilling')
    order by v.segment_id, v.version
""")
_LEAVES = text("select key, leaf_id from leaves")
_KEEP_LEAVES = text("delete from leaves where not key = any(cast(:keys as text[]))")
_ADD_LEAVES = text("""
    insert into leaves (key, leaf_id) select * from unnest(cast(:keys as text[]), cast(:ids as int[]))
    on conflict (key) do nothing
""")
_NEXT = text("update programs set revision = revision + 1, next_leaf = :next_leaf returning revision")
_SWEEP = text("insert into sweeps (revision, partition) select :revision, generate_series(0, :last)")
_SWEEP_AT = text("""
    select w.partition, w.at from sweeps w
    where w.revision = :revision and not w.done and w.partition = any(cast(:partitions as smallint[]))
    order by w.partition limit 1 for update skip locked
""")
_SWEEP_NEXT = text("""
    select customer_id from states
    where partition = :partition and (cast(:at as uuid) is null or customer_id > :at)
    order by customer_id limit :most
""")
_SWEPT = text("""
    update sweeps set at = :at, done = :done where revision = :revision and partition = :partition
""")
_SWEEP_OPEN = text("select count(*) from sweeps where revision = :revision and not done")
_SETTLE = text("""
    with filled as (
        update segment_versions v set state = 'live', live_at = :now from segments s
        where v.segment_id = s.segment_id and v.state = 'backfilling' and not s.archived
        returning v.segment_id, v.version
    ), older as (
        update segment_versions v set state = 'replaced' from filled f
        where v.segment_id = f.segment_id and v.state = 'live' and v.version < f.version
    )
    update segments s set current_version = f.version, changed_at = :now from filled f
    where s.segment_id = f.segment_id returning s.segment_id, s.name, f.version
""")
_STALE = text("""
    delete from memberships m using segments s
    where m.segment_id = s.segment_id and (s.archived or m.version < s.current_version)
      and m.ctid = any(array(
        select m2.ctid from memberships m2 join segments s2 using (segment_id)
        where s2.archived or m2.version < s2.current_version limit :most))
""")


@dataclass(frozen=True, slots=True)
class Running:
    """A version of a segment that the engine evaluates; `hidden` while it is being filled."""

    segment_id: UUID
    version: int
    number: int
    hidden: bool
    definition: dict[str, Any]
    types: dict[str, str]


async def revision(tx: Tx) -> int:
    """The newest committed revision; it cannot change before this transaction ends."""
    return int(await tx.value(_REVISION))


async def lock(tx: Tx) -> tuple[int, int]:
    """Revision and next leaf number, for a change of the program: waits for the batches under way."""
    row = await tx.row(_REVISION_ALONE)
    assert row is not None
    return row["revision"], row["next_leaf"]


async def running(tx: Tx) -> list[Running]:
    """Every version that is live or being filled."""
    return [
        Running(
            row["segment_id"], row["version"], row["number"], row["state"] != "live", row["definition"], row["types"]
        )
        for row in await tx.rows(_RUNNING)
    ]


async def leaf_ids(tx: Tx) -> dict[str, int]:
    """The number of each leaf in use."""
    return {row["key"]: row["leaf_id"] for row in await tx.rows(_LEAVES)}


async def advance_revision(tx: Tx, leaves: Mapping[str, int], next_leaf: int, *, sweep: bool) -> int:
    """Make the next revision with these leaves; `sweep` has every customer brought to it."""
    await tx.execute(_KEEP_LEAVES, {"keys": list(leaves)})
    await tx.execute(_ADD_LEAVES, {"keys": list(leaves), "ids": list(leaves.values())})
    fresh = int(await tx.value(_NEXT, {"next_leaf": next_leaf}))
    await tx.execute("delete from sweeps")
    if sweep:
        await tx.execute(_SWEEP, {"revision": fresh, "last": PARTITIONS - 1})
    return fresh


async def next_sweep(tx: Tx, revision: int, partitions: Sequence[int], most: int) -> tuple[int, list[UUID]] | None:
    """A partition of these whose sweep is not done, and its next customers; None when nothing is left to sweep."""
    row = await tx.row(_SWEEP_AT, {"revision": revision, "partitions": list(partitions)})
    if row is None:
        return None
    rows = await tx.rows(_SWEEP_NEXT, {"partition": row["partition"], "at": row["at"], "most": most})
    ids = [one["customer_id"] for one in rows]
    await tx.execute(
        _SWEPT,
        {"revision": revision, "partition": row["partition"], "at": ids[-1] if ids else row["at"],
         "done": len(ids) < most},
    )  # fmt: skip
    return row["partition"], ids


async def sweep_open(tx: Tx, revision: int) -> int:
    """Partitions whose sweep is not done."""
    return int(await tx.value(_SWEEP_OPEN, {"revision": revision}))


async def settle(tx: Tx) -> list[tuple[UUID, str, int]]:
    """Versions that are filled go live and replace the older ones: (segment, name, version) of each."""
    rows = await tx.rows(_SETTLE, {"now": tx.now})
    return [(row["segment_id"], row["name"], row["version"]) for row in rows]


async def drop_stale(tx: Tx, most: int) -> int:
    """Delete memberships of replaced versions and archived segments, up to `most`; how many went."""
    return int((await tx.execute(_STALE, {"most": most})).rowcount)


def as_json(value: Any) -> str:
    """A document as a parameter."""
    return orjson.dumps(value).decode()
