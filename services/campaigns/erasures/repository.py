"""Erasure requests, and the dead letters about a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from services.campaigns.contacts.repository.stores import Store
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
            "stores": orjson.dumps(stores).decode(),
            "done": tx.now if done else None,
        },
    )


async def open_erasures(tx: Tx) -> list[OpenErasure]:
    """Requests whose receipt is not given yet."""
    rows = await tx.rows("select request_id, customer_id, stores from erasures where done_at is null for update")
    return [OpenErasure(row["request_id"], row["customer_id"], row["stores"]) for row in rows]


async def _blank_dead_letters(tx: Tx, customer_ids: Sequence[UUID], fresh_ids: Sequence[UUID]) -> int:
    blanked = await tx.execute(
        """update dead_letters set key = null, value = null, repaired = null, headers = '[]', error = 'erased',
                  state = 'discarded', note = 'erased' where key = any(cast(:keys as bytea[]))""",
        {"keys": _kafka_keys(customer_ids)},
    )
    return blanked.rowcount


async def _remaining_dead_letters(tx: Tx, customer_ids: Sequence[UUID]) -> int:
    return int(
        await tx.value(
            "select count(*) from dead_letters where key = any(cast(:keys as bytea[]))",
            {"keys": _kafka_keys(customer_ids)},
        )
    )


def _kafka_keys(customer_ids: Sequence[UUID]) -> list[bytes]:
    return [str(customer_id).encode() for customer_id in customer_ids]


STORES = (Store("dead_letters", _blank_dead_letters, _remaining_dead_letters),)
