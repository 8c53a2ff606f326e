"""SQL that finds customers with values too old to be kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.database.transaction import Tx

_EXPIRED = """
    select current_id from customers
    where cast(claims -> cast(:name as text) ->> 1 as timestamptz) < :cutoff
       or cast(unfit -> cast(:name as text) ->> 1 as timestamptz) < :cutoff
       or cast(hearsay -> cast(:name as text) ->> 1 as timestamptz) < :cutoff
    group by current_id order by current_id limit :limit
"""


async def customers_past(tx: Tx, name: str, cutoff: datetime, limit: int) -> list[UUID]:
    """Current customers with a value of that attribute from before `cutoff`."""
    params = {"name": name, "cutoff": cutoff, "limit": limit}
    return [row["current_id"] for row in await tx.rows(_EXPIRED, params)]
