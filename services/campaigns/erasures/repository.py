"""Erasure requests whose receipt may have to wait."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class OpenErasure:
    """A request whose receipt is not given yet."""

    request_id: UUID
    customer_id: UUID
    stores: dict[str, int]


async def save(tx: Tx, request_id: UUID, customer_id: UUID, stores: dict[str, int], *, done: bool) -> None:
    """Remember the request until its receipt is given."""
    await tx.execute(
        """insert into erasures (request_id, customer_id, stores, done_at)
           values (:request, :customer, cast(:stores as jsonb), :done)
           on conflict (request_id) do update set stores = excluded.stores, done_at = excluded.done_at""",
        {
            "request": request_id,
            "customer": customer_id,
            "stores": to_jsonb(stores),
            "done": tx.now if done else None,
        },
    )


async def open_erasures(tx: Tx) -> list[OpenErasure]:
    """Requests whose receipt is not given yet."""
    rows = await tx.rows("select request_id, customer_id, stores from erasures where done_at is null for update")
    return [OpenErasure(row["request_id"], row["customer_id"], row["stores"]) for row in rows]
