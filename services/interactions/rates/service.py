"""Set and look up the base currency, and the rates by which baskets are valued in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from services.interactions.rates import repository
from services.interactions.rates.domain import PLACES, BaseCurrency, Rate, wrong_with_rate
from services.interactions.rates.errors import BaseCurrencyFixed, InvalidRate, UnknownCurrency
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


async def get_base_currency(tx: Tx) -> BaseCurrency:
    """What people have set, and whether it can still be changed."""
    return await repository.find_base_currency(tx)


async def base_currency_now(tx: Tx, usual: str) -> str:
    """The base currency that holds: people's, else `usual`, the environment's."""
    return (await repository.find_base_currency(tx)).currency or usual


async def base_currency_for_good(tx: Tx, usual: str) -> str:
    """The base currency in which something is valued in this transaction: from now on nobody changes it."""
    kept = await repository.find_base_currency(tx)
    return (kept.currency or usual) if kept.fixed else await repository.fix_base_currency(tx, usual)


async def set_base_currency(tx: Tx, currency: str, usual: str, *, by: str) -> BaseCurrency:
    """The firm counts in this currency from now on, at once and everywhere; rates to another one are gone. Raises
    UnknownCurrency, and BaseCurrencyFixed once something was bought."""
    if currency not in PLACES:
        raise UnknownCurrency(
            f"{currency} is no currency of ISO 4217.", cure="Send its three letters, such as EUR.", where="/currency"
        )
    kept = await repository.find_base_currency(tx, lock=True)
    now = kept.currency or usual
    if kept.fixed and currency != now:
        raise BaseCurrencyFixed(
            f"Purchases are valued in {now} already.",
            cure="Keep it; give rates for purchases in other currencies.",
            where="/currency",
        )
    if currency != now:
        # They are prices in the currency before.
        await repository.forget_rates(tx)
    if currency != kept.currency:
        await repository.save_base_currency(tx, currency, by)
    return await repository.find_base_currency(tx)
