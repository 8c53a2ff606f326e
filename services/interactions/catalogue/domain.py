"""A product, and what it costs on a day."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from uuid import UUID

from services.interactions.rates.domain import PLACES
from shared.ids import digest_id

Kind = Literal["product", "service", "bundle"]


@dataclass(frozen=True, slots=True)
class Price:
    """What one piece is sold for, and what it costs the firm (minor units), from `since` on. None is not known."""

    since: datetime
    price: int | None
    cost: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Product:
    """What the firm sells. `category` is a path (`Fruit/Apples`); `price` is that of now."""

    product_id: str
    kind: Kind
    name: str
    category: str | None
    department: str | None
    brand: str | None
    stock: float | None
    starts_at: datetime | None
    ends_at: datetime | None
    url: str | None
    image: str | None
    substitutes: Sequence[str]
    complements: Sequence[str]
    withdrawn: bool
    price: Price | None


@dataclass(frozen=True, slots=True)
class UnknownProduct:
    """An id that purchases name and the catalogue does not know: its margin is unknown."""

    product_id: str
    lines: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the product at a place of the batch."""

    place: int
    field: str
    what: str
    cure: str


def faults_of(products: Sequence[Product]) -> list[Fault]:
    """Everything that keeps these from being products of one catalogue."""
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for place, product in enumerate(products):
        if (first := seen.setdefault(product.product_id, place)) != place:
            faults.append(Fault(place, "product_id", f"is that of product {first} of this batch, too", "send it once"))
        if product.price is not None and product.price.currency not in PLACES:
            faults.append(Fault(place, "currency", "is no currency of ISO 4217", "send its code, such as EUR"))
        if product.starts_at and product.ends_at and product.starts_at >= product.ends_at:
            faults.append(Fault(place, "ends_at", "is not after starts_at", "swap them"))
        if product.product_id in (*product.substitutes, *product.complements):
            faults.append(Fault(place, "substitutes", "names the product itself", "leave it out"))
    return faults


def subject_of(product_id: str) -> UUID:
    """The key of a product on the topic, always the same. UUID version 8."""
    return digest_id(hashlib.blake2b(product_id.encode(), digest_size=16, person=b"product").digest())


def line_cost(price: Price | None, quantity: float, currency: str) -> int | None:
    """What the pieces of a line cost the firm; None where that is not known in this currency (and never 0 for that)."""
    if price is None or price.cost is None or price.currency != currency:
        return None
    return int((Decimal(price.cost) * Decimal(str(quantity))).quantize(Decimal(1), ROUND_HALF_UP))
