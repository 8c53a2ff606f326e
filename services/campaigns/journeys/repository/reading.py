"""Travellers as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from uuid import UUID

from services.campaigns.journeys.domain.travellers import Place, Traveller
from services.campaigns.journeys.repository.travellers import traveller_of
from shared.database.transaction import Tx

_COLUMNS = ", ".join(f"t.{field.name}" for field in fields(Traveller))


async def page(
    tx: Tx, journey_id: UUID, *, after: UUID | None, node: str | None, place: Place | None, limit: int
) -> list[Traveller]:
    """Those who entered the journey, by id."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from travellers t
            where journey_id = :journey and (cast(:after as uuid) is null or id > :after)
            and (cast(:node as text) is null or node = :node) and (cast(:place as text) is null or place = :place)
            order by id limit :limit""",
        {
            "journey": journey_id,
            "after": after,
            "node": node,
            "place": place.value if place else None,
            "limit": limit,
        },
    )
    return [traveller_of(row) for row in rows]


async def of_customers(tx: Tx, customer_ids: Sequence[UUID], *, limit: int) -> list[Traveller]:
    """The runs of these ids, the last entered first."""
    rows = await tx.rows(
        f"""select {_COLUMNS} from travellers t where customer_id = any(cast(:ids as uuid[]))
            order by entered_at desc, id limit :limit""",
        {"ids": list(customer_ids), "limit": limit},
    )
    return [traveller_of(row) for row in rows]


async def names(tx: Tx, journey_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What these journeys are called."""
    rows = await tx.rows(
        "select id, draft->>'name' as name from journeys where id = any(cast(:ids as uuid[]))",
        {"ids": sorted(set(journey_ids))},
    )
    return {row["id"]: row["name"] for row in rows}
