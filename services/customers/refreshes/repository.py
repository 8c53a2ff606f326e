"""SQL that finds the customers who have an attribute."""

from __future__ import annotations

from uuid import UUID

from services.customers.attributes.domain.definitions import Refresh
from shared.database.transaction import Tx

# A customer has it under its root or under an alias, as a value or as one that did not fit.
_HAVING = """
    select current_id from customers
    where current_id > :position and (jsonb_exists(claims, :name) or jsonb_exists(unfit, :name))
    group by current_id order by current_id limit :limit
"""


async def customers_having(tx: Tx, refresh: Refresh, limit: int) -> list[UUID]:
    """The next current customers with the attribute of that refresh."""
    params = {"name": refresh.name, "position": refresh.position, "limit": limit}
    return [row["current_id"] for row in await tx.rows(_HAVING, params)]
