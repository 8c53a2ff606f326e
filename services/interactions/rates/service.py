"""Set, list and look up the rates by which baskets are valued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from services.interactions.rates import repository
from services.interactions.rates.domain import Rate, wrong_with_rate
from services.interactions.rates.errors import InvalidRate
from shared.database.transaction import Tx


async def set_rates(tx: Tx, base: str, rates: Sequence[Rate]) -> None:
    """These rates hold for events recorded from now on. Raises InvalidRate, and then none is set."""
    faults = []
    for index, rate in enumerate(rates):
        what = wrong_with_rate(rate, base)
        if what:
            faults.append({"where": f"/rates/{index}", "what": what, "cure": "mend or leave out this rate"})
    if faults:
        raise InvalidRate(f"{len(faults)} of the rates cannot be; none was set.", errors=faults)
    # The last one wins, as if they had come one after another.
    await repository.put_rates(tx, list({(rate.currency, rate.day): rate for rate in rates}.values()))


async def read_rates(tx: Tx, currency: str | None, after: tuple[str, date] | None, limit: int) -> list[Rate]:
    """Rates by currency and day."""
    return await repository.list_rates(tx, currency, after, limit)


async def rates_of_days(
    tx: Tx, wanted: Iterable[tuple[str, date]], max_age_days: int
) -> dict[tuple[str, date], Decimal | None]:
    """For each (currency, day) the newest rate of that day or of the `max_age_days` before it; None without one."""
    pairs = list(wanted)
    return await repository.rates_of_days(tx, pairs, max_age_days) if pairs else {}
