"""How a score is spread over all customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from shared.database.transaction import Tx

SHARES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


async def summary(tx: Tx, score: str) -> Any:
    """Customers with the score, its extremes, mean and quantiles. `score` is one of the catalogue's names."""
    shares = ", ".join(map(str, SHARES))
    return await tx.row(f"""
        select count({score}) as customers, min({score}) as low, max({score}) as high, avg({score}) as mean,
            percentile_cont(array[{shares}]) within group (order by {score}) as quantiles
        from scores
    """)


async def counts(tx: Tx, score: str, low: float, high: float, bins: int) -> Sequence[Any]:
    """(bin from 0, customers) of bins of equal width; those outside are in the first and the last one."""
    statement = text(f"""
        select least(:bins, greatest(1, width_bucket(cast({score} as float8), :low, :high, :bins))) - 1 as bin,
            count(*) as customers
        from scores where {score} is not null group by 1 order by 1
    """)
    return await tx.rows(statement, {"low": low, "high": high, "bins": bins})


async def by_value(tx: Tx, score: str) -> Sequence[Any]:
    """(value, customers) of a score that has few values."""
    return await tx.rows(f"""
        select cast({score} as text) as value, count(*) as customers from scores where {score} is not null
        group by 1 order by 1
    """)
