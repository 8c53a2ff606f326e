"""The dated table of rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from services.interactions.domain.rates import Rate
from shared.database.transaction import Tx

_PUT = text("""
    insert into rates (currency, day, rate, changed_at)
    select currency, day, rate, :now
    from unnest(cast(:currencies as text[]), cast(:days as date[]), cast(:rates as numeric[])) as t(currency, day, rate)
    order by 1, 2
    on conflict (currency, day) do update set rate = excluded.rate, changed_at = excluded.changed_at
""")
_LIST = text("""
    select currency, day, rate from rates
    where (cast(:currency as text) is null or currency = :currency)
      and (cast(:day as date) is null or (currency, day) > (:after, :day))
    order by currency, day limit :limit
""")


async def put_rates(tx: Tx, rates: Sequence[Rate]) -> None:
    """Set these rates (each currency and day once)."""
    await tx.execute(
        _PUT,
        {
            "now": tx.now,
            "currencies": [one.currency for one in rates],
            "days": [one.day for one in rates],
            "rates": [one.rate for one in rates],
        },
    )


async def list_rates(tx: Tx, currency: str | None, after: tuple[str, date] | None, limit: int) -> list[Rate]:
    """Rates by currency and day, those after the given key."""
    params = {"currency": currency, "after": after[0] if after else None, "day": after[1] if after else None}
    return [Rate(row["currency"], row["day"], row["rate"]) for row in await tx.rows(_LIST, {**params, "limit": limit})]
