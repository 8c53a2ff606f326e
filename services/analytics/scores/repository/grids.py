"""Everybody's scores, summed up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from shared.database.transaction import Tx

_GRID = text("""
    select r, f, rfm_group, count(*) as customers, coalesce(sum(money), 0) as money, coalesce(sum(clv), 0) as clv,
        count(clv) as valued
    from scores where r is not null group by 1, 2, 3 order by r desc, f desc, rfm_group
""")


async def grid(tx: Tx) -> Sequence[Any]:
    """Customers, their money and their future value by recency, frequency and group."""
    return await tx.rows(_GRID)
