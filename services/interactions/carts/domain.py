"""A cart as its events make it, in whatever order they come, and when it counts as abandoned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

CartState = Literal["open", "ordered", "abandoned", "empty"]

# A cart of more products is no person's.
MOST_PRODUCTS = 200
# What lies in a cart without anybody saying which product.
UNNAMED = ""


@dataclass(frozen=True, slots=True)
class CartEvent:
    """Something that happened to a cart. `pieces` are those that were added, or taken out when negative."""

    customer_id: UUID
    cart_id: str
    time: datetime
    channel: str
    product_id: str | None = None
    pieces: float = 0
    checkout: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A customer ordered: that ends every cart of theirs that was touched before."""

    customer_id: UUID
    time: datetime


@dataclass(frozen=True, slots=True)
class Cart:
    """One cart. `pieces` counts by product, below 0 while what was added before has not come yet. `told_at` is when
    others were told that it was abandoned; what happens to it later opens it again."""

    customer_id: UUID
    cart_id: str
    state: CartState
    channel: str
    pieces: Mapping[str, float]
    checkout: bool
    opened_at: datetime
    touched_at: datetime
    ordered_at: datetime | None = None
    told_at: datetime | None = None

    @property
    def products(self) -> dict[str, float]:
        """What lies in it."""
        return {product: pieces for product, pieces in sorted(self.pieces.items()) if pieces > 0}

    @property
    def filled(self) -> bool:
        """Whether there is anything in it that could be ordered."""
        return self.checkout or bool(self.products)

    def quiet_until(self, quiet: timedelta) -> datetime:
        """When it is abandoned, if nothing happens to it before."""
        return self.touched_at + quiet


@dataclass(slots=True)
class CartsOfBatch:
    """What a batch says of carts: their events, and orders by customer."""

    events: list[CartEvent] = field(default_factory=list)
    orders: dict[UUID, datetime] = field(default_factory=dict)

    def order(self, order: Order) -> None:
        """The latest order of each customer counts."""
        known = self.orders.get(order.customer_id)
        self.orders[order.customer_id] = order.time if known is None else max(known, order.time)


def opened(event: CartEvent) -> Cart:
    """The cart before its first event."""
    return Cart(event.customer_id, event.cart_id, "open", event.channel, {}, False, event.time, event.time)


def after_events(cart: Cart, events: Iterable[CartEvent]) -> Cart:
    """The cart after these, whose order does not matter. What happened up to an order is in that order."""
    for event in sorted(events, key=lambda event: event.time):
        if cart.ordered_at is not None and event.time <= cart.ordered_at:
            continue
        cart = _after(cart, event)
    return cart


def after_order(cart: Cart, ordered_at: datetime) -> Cart:
    """The cart is ordered, unless something has happened to it since; what happened before belongs to the order."""
    if cart.ordered_at is not None and ordered_at <= cart.ordered_at:
        return cart
    return replace(cart, state="ordered" if ordered_at >= cart.touched_at else cart.state, ordered_at=ordered_at)


def after_silence(cart: Cart, now: datetime) -> Cart:
    """The cart is abandoned, or empty where nothing lies in it."""
    return replace(cart, state="abandoned" if cart.filled else "empty", told_at=now if cart.filled else cart.told_at)


def _after(cart: Cart, event: CartEvent) -> Cart:
    again = cart.state == "ordered"
    pieces = {} if again else dict(cart.pieces)
    product = event.product_id or UNNAMED
    if event.pieces and (product in pieces or len(pieces) < MOST_PRODUCTS):
        pieces[product] = pieces.get(product, 0) + event.pieces
    newer = event.time > cart.touched_at or again
    return replace(
        cart,
        state="open" if newer or cart.state == "empty" else cart.state,
        channel=event.channel if newer else cart.channel,
        pieces=pieces,
        checkout=event.checkout or (cart.checkout and not again),
        opened_at=event.time if again else min(cart.opened_at, event.time),
        touched_at=max(cart.touched_at, event.time),
    )
