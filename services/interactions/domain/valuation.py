"""What an amount is worth in the firm's base currency."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from services.interactions.domain.currencies import PLACES

_INT64 = 2**63 - 1


def base_amount(amount: int, currency: str, base: str, rate: Decimal | None) -> int | None:
    """`amount` (minor units of `currency`) in minor units of `base`, rounded half to even.

    `rate` is the price of one whole unit of `currency` in whole units of `base`. None when there is no rate, or when
    the product fits no 64-bit integer: the event is then kept and marked unvalued.
    """
    if currency == base:
        return amount
    if rate is None:
        return None
    shift = Decimal(10) ** (PLACES[base] - PLACES[currency])
    value = int((Decimal(amount) * rate * shift).to_integral_value(ROUND_HALF_EVEN))
    return value if -_INT64 <= value <= _INT64 else None
