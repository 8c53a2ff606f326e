"""SQL of the dated table of rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from services.interactions.rates.domain import BaseCurrency, Rate
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
_OF_DAYS = text("""
    select wanted.currency, wanted.day, (
        select r.rate from rates r
        where r.currency = wanted.currency and r.day <= wanted.day and r.day >= wanted.day - cast(:age as int)
        order by r.day desc limit 1
    ) as rate
    from unnest(cast(:currencies as text[]), cast(:days as date[])) as wanted(currency, day)
""")


async def put_rates(tx: Tx, rates: Sequence[Rate]) -> None:
    """Set these rates (each currency and day once)."""
    await tx.execute(
        _PUT,
        {
            "now": tx.now,
            "currencies": [rate.currency for rate in rates],
            "days": [rate.day for rate in rates],
            "rates": [rate.rate for rate in rates],
        },
    )


async def list_rates(tx: Tx, currency: str | None, after: tuple[str, date] | None, limit: int) -> list[Rate]:
    """Rates by currency and day, those after the given key."""
    params = {"currency": currency, "after": after[0] if after else None, "day": after[1] if after else None}
    return [Rate(row["currency"], row["day"], row["rate"]) for row in await tx.rows(_LIST, {**params, "limit": limit})]


async def rates_of_days(
    tx: Tx, wanted: Sequence[tuple[str, date]], max_age_days: int
) -> dict[tuple[str, date], Decimal | None]:
    """For each (currency, day) the newest rate of that day or of the `max_age_days` before it."""
    params = {
        "currencies": [currency for currency, _ in wanted],
        "days": [day for _, day in wanted],
        "age": max_age_days,
    }
    return {(row["currency"], row["day"]): row["rate"] for row in await tx.rows(_OF_DAYS, params)}


async def find_base_currency(tx: Tx, *, lock: bool = False) -> BaseCurrency:
    """The base currency as people have set it."""
    row = await tx.row(
        f"""select currency, fixed, changed_at, changed_by from base_currency where name = 'default'
            {"for update" if lock else ""}"""
    )
    assert row is not None, "the migration makes this row"
    return BaseCurrency(**row)


async def save_base_currency(tx: Tx, currency: str, by: str) -> None:
    """This one from now on."""
    await tx.execute(
        "update base_currency set currency = :currency, changed_at = :now, changed_by = :by where name = 'default'",
        {"currency": currency, "now": tx.now, "by": by},
    )


async def forget_rates(tx: Tx) -> None:
    """No rate is left."""
    await tx.execute("delete from rates")


async def fix_base_currency(tx: Tx, usual: str) -> str:
    """It stays from now on: people's, else `usual`. Whoever sets another waits, and is refused."""
    return str(
        await tx.value(
            """update base_currency set fixed = true, currency = coalesce(currency, :usual)
               where name = 'default' returning currency""",
            {"usual": usual},
        )
    )
