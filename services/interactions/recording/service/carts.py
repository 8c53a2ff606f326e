"""Carts follow what is recorded, and a cart that was left is recorded itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from services.interactions.carts import service as carts
from services.interactions.carts.domain import CartEvent, CartsOfBatch, Order
from services.interactions.config import Settings
from services.interactions.identity.service import lock_against_erasures
from services.interactions.recording.domain.interactions import abandonment_of
from services.interactions.recording.service.storing import store_and_emit
from shared.contracts.envelope import Fact, Origin
from shared.contracts.interactions import BrowsingRecorded, PurchaseRecorded
from shared.database.transaction import Tx
from shared.observability.metrics import counter

ABANDONED = counter("interactions_carts_abandoned", "Carts that were left, filled, for the quiet time")
_PIECES = {"added_to_cart": 1, "removed_from_cart": -1}
_CART = frozenset({"added_to_cart", "removed_from_cart", "cart_viewed", "checkout_started"})


def carts_of(happened: Iterable[tuple[UUID, datetime, Origin, Fact | None]]) -> CartsOfBatch:
    """What happened to carts, of (customer, time, origin, fact): of known customers only, and live only: nobody comes
    back to a cart of last year. An order in a store ends no cart."""
    batch = CartsOfBatch()
    for customer_id, time, origin, fact in happened:
        if origin is not Origin.LIVE:
            continue
        if isinstance(fact, BrowsingRecorded) and fact.cart_id is not None and fact.action in _CART:
            pieces = _PIECES.get(fact.action, 0) * (1 if fact.quantity is None else fact.quantity)
            checkout = fact.action == "checkout_started"
            batch.events.append(
                CartEvent(customer_id, fact.cart_id, time, fact.channel, fact.product_id, pieces, checkout)
            )
        elif isinstance(fact, PurchaseRecorded) and fact.channel != "store":
            batch.order(Order(customer_id, time))
    return batch


async def follow_carts(tx: Tx, happened: Iterable[tuple[UUID, datetime, Origin, Fact | None]]) -> None:
    """Carts are as this makes them. Comes after it is stored."""
    await carts.follow(tx, carts_of(happened))


async def record_abandoned_carts(tx: Tx, settings: Settings) -> bool:
    """Carts that were left for the quiet time are events `cart_abandoned` of their customers. False: none is left.

    In one transaction with the cart's state, so each is told once, whenever the worker stops.
    """
    await lock_against_erasures(tx)
    quiet = timedelta(minutes=settings.cart_quiet_minutes)
    abandoned, more = await carts.take_abandoned(tx, quiet)
    if abandoned:
        await store_and_emit(tx, [abandonment_of(cart, cart.quiet_until(quiet), tx.now) for cart in abandoned])
        tx.after_commit(lambda: ABANDONED.inc(len(abandoned)))
    return more
