"""SQL that finds the buyers whom a purchase changes nothing for."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from shared.database.transaction import Tx

_ACTIVE = """
    select c.customer_id from customers c join customers r on r.customer_id = c.current_id
    where c.customer_id = any(cast(:ids as uuid[]))
      and c.claims -> 'status' ->> 0 in ('active', 'blocked') and r.status in ('active', 'blocked')
"""


async def active_among(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of `ids` for whom a purchase changes nothing: active or blocked, by their own record and as shown."""
    rows = await tx.rows(_ACTIVE, {"ids": list(ids)})
    return {row["customer_id"] for row in rows}
