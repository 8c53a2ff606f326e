"""Travellers who are inside, by query, and their messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from services.campaigns.journeys.domain.travellers import Traveller
from services.campaigns.journeys.repository.travellers import traveller_of
from shared.database.transaction import Tx

_COLUMNS = ", ".join(f"t.{field.name}" for field in fields(Traveller))


@dataclass(frozen=True, slots=True)
class Query:
    """Which of those inside: all that is given must hold."""

    node: str | None = None
    version: int | None = None
    key: str | None = None
    customer_id: UUID | None = None
    entered_before: datetime | None = None
    entered_after: datetime | None = None


_INSIDE = """t.journey_id = :journey and t.due_at is not null
    and (cast(:node as text) is null or t.node = :node)
    and (cast(:version as int) is null or t.version = :version)
    and (cast(:key as text) is null or t.key = :key)
    and (cast(:customer as uuid) is null or t.customer_id = :customer)
    and (cast(:before as timestamptz) is null or t.entered_at < :before)
    and (cast(:after as timestamptz) is null or t.entered_at >= :after)"""


async def inside(tx: Tx, journey_id: UUID, query: Query, size: int) -> list[Traveller]:
    """Up to `size` of them, locked."""
    rows = await tx.rows(
        f"select {_COLUMNS} from travellers t where {_INSIDE} limit :size for update",
        {**_values(journey_id, query), "size": size},
    )
    return [traveller_of(row) for row in rows]


async def count_inside(tx: Tx, journey_id: UUID, query: Query) -> int:
    """How many they are."""
    return int(await tx.value(f"select count(*) from travellers t where {_INSIDE}", _values(journey_id, query)))


async def leaving(tx: Tx) -> list[tuple[UUID, datetime | None]]:
    """Journeys of which those inside are to leave: stopped ones, and those that were paused with `drop`, with the
    moment before which they must have entered."""
    rows = await tx.rows(
        """select id, case when state = 'paused' then paused_at end as before from journeys j
           where (state = 'stopped' or state = 'paused' and pause_mode = 'drop') and exists (
               select from travellers t where t.journey_id = j.id and t.due_at is not null
               and (state = 'stopped' or t.entered_at < j.paused_at))"""
    )
    return [(row["id"], row["before"]) for row in rows]


async def message_ids(tx: Tx, leaving: Sequence[Traveller]) -> list[tuple[UUID, UUID]]:
    """Customer and id of the messages that these wait for."""
    rows = await tx.rows(
        """select t.customer_id, t.message_id from travellers t
           join unnest(cast(:customers as uuid[]), cast(:ids as uuid[])) as k(customer_id, id)
                on t.customer_id = k.customer_id and t.id = k.id
           where t.message_id is not null""",
        {
            "customers": [traveller.customer_id for traveller in leaving],
            "ids": [traveller.id for traveller in leaving],
        },
    )
    return [(row["customer_id"], row["message_id"]) for row in rows]


def _values(journey_id: UUID, query: Query) -> dict[str, object]:
    return {
        "journey": journey_id,
        "node": query.node,
        "version": query.version,
        "key": query.key,
        "customer": query.customer_id,
        "before": query.entered_before,
        "after": query.entered_after,
    }
