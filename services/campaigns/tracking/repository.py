"""Opens and clicks on their way to the broker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.customers.stores import deleted
from shared.database.transaction import Tx

STORES = deleted("heard_unsent", "heard")


@dataclass(frozen=True, slots=True)
class UnsentResponse:
    """A response that the broker has not confirmed yet."""

    response_id: str
    customer_id: UUID
    value: bytes


async def is_first(tx: Tx, response_id: str, customer_id: UUID) -> bool:
    """Whether this response was not heard before; it is noted. One that was heard is only looked up, and nothing is
    noted about who was erased."""
    if await tx.value("select 1 from heard where response_id = :id", {"id": response_id}):
        return False
    noted = await tx.execute(
        """insert into heard (response_id, customer_id, heard_at)
           select :id, cast(:customer as uuid), cast(:now as timestamptz)
           where not exists (select from tombstones where customer_id = cast(:customer as uuid))
           on conflict do nothing""",
        {"id": response_id, "customer": customer_id, "now": tx.now},
    )
    return noted.rowcount > 0


async def add(tx: Tx, response: UnsentResponse) -> None:
    """Durable from the commit on; what waits already is not kept twice."""
    await tx.execute(
        """insert into heard_unsent (response_id, customer_id, value, heard_at)
           values (:id, :customer, :value, :now) on conflict do nothing""",
        {"id": response.response_id, "customer": response.customer_id, "value": response.value, "now": tx.now},
    )


async def oldest(tx: Tx, limit: int) -> list[UnsentResponse]:
    """What is to be sent next."""
    rows = await tx.rows(
        "select response_id, customer_id, value from heard_unsent order by heard_at limit :limit", {"limit": limit}
    )
    return [UnsentResponse(row["response_id"], row["customer_id"], row["value"]) for row in rows]


async def drop(tx: Tx, response_ids: Sequence[str]) -> None:
    """The broker has confirmed these."""
    await tx.execute(
        "delete from heard_unsent where response_id = any(cast(:ids as text[]))", {"ids": list(response_ids)}
    )
