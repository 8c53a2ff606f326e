"""Move travellers from one version to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Moved:
    """So many were moved from one node of one version to one of the new version."""

    version: int
    old: str
    new: str
    count: int


async def move_to_version(tx: Tx, journey_id: UUID, number: int, moving: Mapping[str, str]) -> list[Moved]:
    """Those who stand at one of these nodes in an older version take the named node of this one. Who has a message in
    the ledger is not moved and finishes the old version. At a node of the same name a wait counts from when they came
    there; at another one it begins now."""
    rows = await tx.rows(
        """
        with standing as materialized (
            select t.customer_id, t.id, t.node, t.version, k.new from travellers t
            join unnest(cast(:old as text[]), cast(:new as text[])) as k(old, new) on t.node = k.old
            where t.journey_id = :journey and t.version < :number and t.due_at is not null and t.place <> 'sending'
            for update of t
        ), moved as (
            update travellers t
            set version = :number, node = s.new, place = 'ready', listening = false, heard_at = null,
                since = case when s.new = s.node then t.since else :now end,
                due_at = case when s.new = s.node then t.since else :now end
            from standing s where t.customer_id = s.customer_id and t.id = s.id
            returning s.version, s.node, s.new
        )
        select version, node as old, new, count(*) as count from moved group by 1, 2, 3 order by 1, 2
        """,
        {
            "journey": journey_id,
            "number": number,
            "now": tx.now,
            "old": list(moving),
            "new": list(moving.values()),
        },
    )
    return [Moved(**row) for row in rows]
