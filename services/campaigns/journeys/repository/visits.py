"""Visits, counts, and what is known of the messages of travellers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.campaigns.journeys.domain.travellers import Traveller, Visit, WrittenVisit
from shared.database.transaction import Tx

_COLUMNS = (
    "customer_id",
    "traveller_id",
    "number",
    "version",
    "node",
    "came_at",
    "left_at",
    "outcome",
    "reason",
)


@dataclass(frozen=True, slots=True, order=True)
class CountKey:
    """What is counted: `arrived` at a node, or how it was left; with an empty node, what concerns the whole journey."""

    journey_id: UUID
    version: int
    node: str
    what: str
    reason: str = ""


async def add(tx: Tx, visited: Sequence[tuple[Traveller, Sequence[Visit]]]) -> None:
    """Append what travellers left behind. Each is given as it stood before the step, so that numbers go on."""
    rows = [
        (
            traveller.customer_id,
            traveller.id,
            traveller.steps + place,
            traveller.version,
            visit.node,
            visit.came_at,
            visit.left_at,
            visit.outcome,
            visit.reason,
        )
        for traveller, visits in visited
        for place, visit in enumerate(visits)
    ]
    if rows:
        await tx.copy("visits", _COLUMNS, rows)


async def count(tx: Tx, counts: Mapping[CountKey, int]) -> None:
    """Add to the counts, in one order everywhere."""
    if not counts:
        return
    keys = sorted(counts)
    await tx.execute(
        """
        insert into journey_counts as c (journey_id, version, node, what, reason, count)
        select * from unnest(cast(:journeys as uuid[]), cast(:versions as int[]), cast(:nodes as text[]),
                             cast(:whats as text[]), cast(:reasons as text[]), cast(:counts as bigint[]))
        on conflict (journey_id, version, node, what, reason) do update set count = c.count + excluded.count
        """,
        {
            "journeys": [key.journey_id for key in keys],
            "versions": [key.version for key in keys],
            "nodes": [key.node for key in keys],
            "whats": [key.what for key in keys],
            "reasons": [key.reason for key in keys],
            "counts": [counts[key] for key in keys],
        },
    )


async def counts_of(tx: Tx, journey_id: UUID) -> dict[CountKey, int]:
    """All counts of the journey."""
    rows = await tx.rows("select * from journey_counts where journey_id = :id", {"id": journey_id})
    return {
        CountKey(row["journey_id"], row["version"], row["node"], row["what"], row["reason"]): row["count"]
        for row in rows
    }


async def visits_of(tx: Tx, customer_ids: Sequence[UUID], traveller_ids: Sequence[UUID]) -> list[WrittenVisit]:
    """What these travellers left behind, in order."""
    rows = await tx.rows(
        """select traveller_id, version, node, came_at, left_at, outcome, reason from visits
           where customer_id = any(cast(:customers as uuid[])) and traveller_id = any(cast(:ids as uuid[]))
           order by traveller_id, number""",
        {"customers": sorted(set(customer_ids)), "ids": list(traveller_ids)},
    )
    return [WrittenVisit(**row) for row in rows]
