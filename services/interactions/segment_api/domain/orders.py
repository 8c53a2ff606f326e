"""Orders of the e-commerce specification as baskets: lines in minor units that add up to what was paid for goods."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from services.interactions.rates.domain import places_of
from services.interactions.segment_api.domain.people import text_of

# Stands for the goods of an order that names none, or for a product without an id.
UNNAMED = "not-named"
_MOST = Decimal(10) ** 13
_LONGEST_CODE = 100


def basket_of(properties: dict[str, Any], channel: str, base_currency: str) -> dict[str, Any]:
    """The data of a purchase or return. What cannot be a basket is left to the check of events, which says why.

    Paid for goods is `subtotal`, else `revenue`, else `total` without shipping and tax, else `value`, else the sum of
    the products less `discount`; it is shared out over the lines by price. Tax is shared out the same way, beside it.
    """
    currency = text_of(properties.get("currency"))
    currency = currency.upper() if currency else base_currency
    known = places_of(currency)
    places = 2 if known is None else known
    given = properties.get("products")
    products: list[Any] = given if isinstance(given, list) and given else [{}]
    gross = [_gross(product, places) for product in products]
    paid = _paid(properties, sum(gross), places)
    amounts = _shared(paid, gross)
    taxes = _shared(_minor(properties.get("tax"), places) or 0, gross)
    lines = [
        _line(product, amount, max(0, price - amount), tax)
        for product, price, amount, tax in zip(products, gross, amounts, taxes, strict=True)
    ]
    data: dict[str, Any] = {"channel": channel, "currency": currency, "lines": lines}
    named = {
        "order_id": properties.get("order_id") or properties.get("orderId"),
        "store": properties.get("affiliation"),
    }
    return data | {name: code for name, value in named.items() if (code := _code(value))}


def _paid(properties: dict[str, Any], gross: int, places: int) -> int:
    def minor(name: str) -> int | None:
        return _minor(properties.get(name), places)

    for name in ("subtotal", "revenue"):
        if (paid := minor(name)) is not None:
            return abs(paid)
    if (total := minor("total")) is not None:
        return abs(total) - (minor("shipping") or 0) - (minor("tax") or 0)
    if (value := minor("value")) is not None:
        return abs(value)
    return gross - abs(minor("discount") or 0)


def _line(product: Any, amount: int, discount: int, tax: int) -> dict[str, Any]:
    known = product if isinstance(product, dict) else {}
    line: dict[str, Any] = {
        "product_id": next(
            (code for name in ("product_id", "productId", "id", "sku", "name") if (code := _code(known.get(name)))),
            UNNAMED,
        ),
        "quantity": float(_quantity(known)),
        "amount": amount,
        "discount": discount,
        "tax": tax,
    }
    return line | {name: code for name in ("category", "brand") if (code := _code(known.get(name)))}


def _gross(product: Any, places: int) -> int:
    known = product if isinstance(product, dict) else {}
    price = _decimal(known.get("price"))
    return 0 if price is None else _rounded(price * _quantity(known), places)


def _quantity(product: dict[str, Any]) -> Decimal:
    quantity = _decimal(product.get("quantity"))
    return Decimal(1) if quantity is None or not 0 <= quantity <= 10**9 else quantity


def _shared(whole: int, weights: Sequence[int]) -> list[int]:
    """`whole` in parts as large as `weights` say, to the last unit; in equal parts where these say nothing."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        weights, total = [1] * len(weights), len(weights)
    shares, given, seen = [], 0, 0
    for weight in weights:
        seen += weight
        upto = whole * seen // total
        shares.append(upto - given)
        given = upto
    return shares


def _minor(value: Any, places: int) -> int | None:
    number = _decimal(value)
    return None if number is None else _rounded(number, places)


def _rounded(number: Decimal, places: int) -> int:
    # Beyond what events take: one more than the most, so that the check refuses it.
    minor = min(max(number * 10**places, -_MOST - 1), _MOST + 1)
    return int(minor.quantize(Decimal(1), ROUND_HALF_UP))


def _decimal(value: Any) -> Decimal | None:
    """A number, or the text of one; its decimal digits count, not its binary value."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 40:
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    # 1e999999 is finite, and its digits would fill the memory.
    return number if number.is_finite() and abs(number.adjusted()) <= 30 else None


def _code(value: Any) -> str | None:
    text = text_of(value)
    return text[:_LONGEST_CODE].strip() if text and text.isprintable() else None
