"""Follow carts through their events and orders, find those that were left, and show them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from services.interactions.carts import repository
from services.interactions.carts.domain import (
    Cart,
    CartEvent,
    CartsOfBatch,
    CartState,
    after_events,
    after_order,
    after_silence,
    opened,
)
from services.interactions.identity.service import alias_group
from shared.database.transaction import Tx

# Longer than anybody comes back to one; the timeline keeps what happened.
KEPT_FOR = timedelta(days=90)
_AT_ONCE = 500


async def follow(tx: Tx, batch: CartsOfBatch) -> None:
    """Carts are as their events make them, and those are ordered whose customers have ordered since. The caller has
    locked erasures out."""
    by_cart: dict[tuple[UUID, str], list[CartEvent]] = defaultdict(list)
    for event in batch.events:
        by_cart[event.customer_id, event.cart_id].append(event)
    if by_cart:
        known = await repository.meet(tx, [opened(min(events, key=_when)) for events in by_cart.values()])
        await repository.store(tx, [after_events(cart, by_cart[cart.customer_id, cart.cart_id]) for cart in known])
    if batch.orders:
        waiting = await repository.of_orderers(tx, batch.orders)
        ended = [(cart, after_order(cart, batch.orders[cart.customer_id])) for cart in waiting]
        await repository.store(tx, [after for before, after in ended if after is not before])


async def take_abandoned(tx: Tx, quiet: timedelta) -> tuple[list[Cart], bool]:
    """Carts that were left for `quiet` by the business clock count as abandoned from now on, each once; whether there
    may be more.

    Whether an order came is read from what is recorded, under every id of the customer: an order that came before the
    cart's own events, or under another id, counts as well.
    """
    carts = await repository.quiet(tx, tx.now - quiet, _AT_ONCE)
    if not carts:
        return [], False
    groups = {id: await alias_group(tx, id) for id in {cart.customer_id for cart in carts}}
    ordered = await repository.ordered_since(tx, carts, groups)
    settled = [
        after_order(cart, ordered[place]) if place in ordered else after_silence(cart, tx.now)
        for place, cart in enumerate(carts)
    ]
    await repository.store(tx, settled)
    return [cart for cart in settled if cart.state == "abandoned"], len(carts) == _AT_ONCE


async def list_carts(
    tx: Tx, state: CartState | None, customer_id: UUID | None, before: tuple[datetime, UUID, str] | None, limit: int
) -> list[Cart]:
    """Carts, those that were touched last first; of one customer under any of their ids."""
    group = None if customer_id is None else await alias_group(tx, customer_id)
    return await repository.page(tx, state, group, before, limit)


async def forget_old_carts(tx: Tx, _settings: object) -> bool:
    """Carts that nobody has touched for 90 days are gone. False: none of them is left."""
    return await repository.forget(tx, tx.now - KEPT_FOR, _AT_ONCE) == _AT_ONCE


def _when(event: CartEvent) -> datetime:
    return event.time
