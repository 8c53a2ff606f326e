"""Currencies of ISO 4217, their dated rates, and the value of an amount in the firm's base currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from babel.core import get_global

_TWO_PLACES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW
KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK
PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS
UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NO_PLACES = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE_PLACES = "BHD IQD JOD KWD LYD OMR TND"

# code -> decimal places of the minor unit: 12.34 EUR is 1234, 12 JPY is 12, 12.345 KWD is 12345.
PLACES: dict[str, int] = {
    **dict.fromkeys(_TWO_PLACES.split(), 2),
    **dict.fromkeys(_NO_PLACES.split(), 0),
    **dict.fromkeys(_THREE_PLACES.split(), 3),
}
# Far beyond any currency's; a wider one is a typing error that would value a basket at a fortune.
_HIGHEST = Decimal(10) ** 9
_MOST_PLACES = 12
_INT64 = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A currency that is none any more: its decimal places, and the days on which it was somewhere legal tender."""

    places: int
    first: date
    last: date


@cache
def withdrawn() -> Mapping[str, Withdrawn]:
    """The currencies that were withdrawn, as the Unicode CLDR dates them: the kuna until 14 January 2023. Read when the
    first is asked for: most installations never see one."""
    spans: dict[str, tuple[date, date]] = {}
    open_ended = set(PLACES)
    for uses in get_global("territory_currencies").values():
        for code, since, until, tender in uses:
            if until is None or since is None:
                open_ended.add(code)
            elif tender:
                first, last = spans.get(code, (date.max, date.min))
                spans[code] = min(first, date(*since)), max(last, date(*until))
    fractions = get_global("currency_fractions")
    return {
        code: Withdrawn(fractions.get(code, (2,))[0], first, last)
        for code, (first, last) in spans.items()
        if code not in open_ended
    }


def places_of(currency: str) -> int | None:
    """The decimal places of a currency of today or of former days; None for what never was one."""
    places = PLACES.get(currency)
    if places is not None:
        return places
    former = withdrawn().get(currency)
    return None if former is None else former.places


def wrong_with_currency(currency: str, day: date) -> str | None:
    """Why nobody can have paid in this currency on that day; None when they can."""
    if currency in PLACES:
        return None
    former = withdrawn().get(currency)
    if former is None:
        return f"{currency} is no currency of ISO 4217"
    if not former.first <= day <= former.last:
        return f"{currency} was a currency from {former.first} to {former.last} only"
    return None


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one whole unit of `currency` on `day`, in whole units of the base currency."""

    currency: str
    day: date
    rate: Decimal


def wrong_with_rate(rate: Rate, base: str) -> str | None:
    """Why this rate cannot be; None when it can."""
    if (wrong := wrong_with_currency(rate.currency, rate.day)) is not None:
        return wrong
    if rate.currency == base:
        return f"{base} is the base currency: its rate is 1 by definition"
    if not rate.rate.is_finite() or not 0 < rate.rate <= _HIGHEST:
        return "a rate is greater than 0 and at most 10^9"
    exponent = rate.rate.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MOST_PLACES:
        return f"a rate has at most {_MOST_PLACES} decimal places"
    return None


def base_amount(amount: int, currency: str, base: str, rate: Decimal | None) -> int | None:
    """`amount` (minor units of `currency`) in minor units of `base`, rounded half to even.

    `rate` is the price of one whole unit of `currency` in whole units of `base`. None when there is no rate, or when
    the product fits no 64-bit integer: the event is then kept and marked unvalued.
    """
    if currency == base:
        return amount
    if rate is None:
        return None
    shift = Decimal(10) ** (PLACES[base] - (places_of(currency) or 0))
    value = int((Decimal(amount) * rate * shift).to_integral_value(ROUND_HALF_EVEN))
    return value if -_INT64 <= value <= _INT64 else None


@dataclass(frozen=True, slots=True)
class BaseCurrency:
    """The currency in which the firm counts. `currency` is None while the environment's holds; `fixed` once something
    was bought, since its value is kept in it."""

    currency: str | None
    fixed: bool
    changed_at: datetime | None = None
    changed_by: str | None = None
