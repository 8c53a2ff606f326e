"""The definitions that run: versions live and being filled, numbers of leaves, and the revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.database.transaction import Tx

# Shared: a batch holds it until its commit, so that no batch is handled by an older program than the newest committed.
_REVISION = text("select revision from programs for share")
_PEEK = text("select revision from programs")
_REVISION_ALONE = text("select revision, next_leaf from programs for update")
_RUNNING = text("""
    select v.segment_id, v.version, v.state, v.definition, v.types, v.round,
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
_NEXT = text("""
    update programs set revision = revision + 1, next_leaf = :next_leaf, changed_at = :at returning revision
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
    round: int | None


async def revision(tx: Tx) -> int:
    """The newest committed revision; it cannot change before this transaction ends."""
    return int(await tx.value(_REVISION))


async def peek(tx: Tx) -> int:
    """The newest committed revision at this moment."""
    return int(await tx.value(_PEEK))


async def lock(tx: Tx) -> tuple[int, int]:
    """Revision and next leaf number, for a change of the program: waits for the batches under way."""
    row = await tx.row(_REVISION_ALONE)
    assert row is not None
    return row["revision"], row["next_leaf"]


async def running(tx: Tx) -> list[Running]:
    """Every version that is live or being filled."""
    return [
        Running(
            row["segment_id"],
            row["version"],
            row["number"],
            row["state"] != "live",
            row["definition"],
            row["types"],
            row["round"],
        )
        for row in await tx.rows(_RUNNING)
    ]


async def leaf_ids(tx: Tx) -> dict[str, int]:
    """The number of each leaf in use."""
    return {row["key"]: row["leaf_id"] for row in await tx.rows(_LEAVES)}


async def advance_revision(tx: Tx, leaves: Mapping[str, int], next_leaf: int) -> int:
    """Make the next revision, with these leaves. Every batch of an earlier one has ended: `changed_at` is later."""
    await tx.execute(_KEEP_LEAVES, {"keys": list(leaves)})
    await tx.execute(_ADD_LEAVES, {"keys": list(leaves), "ids": list(leaves.values())})
    # Not the transaction's own time: it may have waited for the lock.
    return int(await tx.value(_NEXT, {"next_leaf": next_leaf, "at": tx.clock.now()}))
