"""What a currency was worth on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.interactions.domain.currencies import PLACES

# Far beyond any currency's; a wider one is a typing error that would value a basket at a fortune.
_HIGHEST = Decimal(10) ** 9
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Rate:
    """The price of one whole unit of `currency` on `day`, in whole units of the base currency."""

    currency: str
    day: date
    rate: Decimal


def wrong_with_rate(rate: Rate, base: str) -> str | None:
    """Why this rate cannot be; None when it can."""
    if rate.currency not in PLACES:
        return f"{rate.currency} is no currency of ISO 4217"
    if rate.currency == base:
        return f"{base} is the base currency: its rate is 1 by definition"
    if not rate.rate.is_finite() or not 0 < rate.rate <= _HIGHEST:
        return "a rate is greater than 0 and at most 10^9"
    exponent = rate.rate.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_MOST_PLACES:
        return f"a rate has at most {_MOST_PLACES} decimal places"
    return None
