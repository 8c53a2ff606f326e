"""SQL of carts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from services.interactions.carts.domain import Cart, CartState
from shared.customers.stores import deleted
from shared.database.transaction import Tx

_NAMES = tuple(field.name for field in fields(Cart))
_COLUMNS = ", ".join(_NAMES)
_ARRAYS = """unnest(cast(:customer_id as uuid[]), cast(:cart_id as text[]), cast(:state as text[]),
                    cast(:channel as text[]), cast(:pieces as text[]), cast(:checkout as boolean[]),
                    cast(:opened_at as timestamptz[]), cast(:touched_at as timestamptz[]),
                    cast(:ordered_at as timestamptz[]), cast(:told_at as timestamptz[]))"""
_ROWS = f"""
    select customer_id, cart_id, state, channel, cast(pieces as jsonb), checkout, opened_at, touched_at, ordered_at,
           told_at
    from {_ARRAYS} as n({_COLUMNS}) order by 1, 2
"""
_MEET = f"insert into carts ({_COLUMNS}) {_ROWS} on conflict (customer_id, cart_id) do nothing"
_STORE = f"""
    insert into carts as c ({_COLUMNS}) {_ROWS}
    on conflict (customer_id, cart_id) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _NAMES if name not in ("customer_id", "cart_id"))}
"""
_LOCK = f"""
    select {_COLUMNS} from carts
    where (customer_id, cart_id) in (select * from unnest(cast(:customers as uuid[]), cast(:carts as text[])))
    order by customer_id, cart_id for update
"""
_LOCK_ORDERED = f"""
    select {_COLUMNS} from carts
    where customer_id = any(cast(:customers as uuid[])) and state in ('open', 'abandoned', 'empty')
    order by customer_id, cart_id for update
"""
_QUIET = f"""
    select {_COLUMNS} from carts where state = 'open' and touched_at <= :before
    order by touched_at limit :limit for update skip locked
"""
_ORDERED_SINCE = """
    select n.number, max(i.time) as time
    from unnest(cast(:customers as uuid[]), cast(:times as timestamptz[]), cast(:numbers as int[]))
         as n(customer_id, time, number)
    join interactions i on i.customer_id = n.customer_id and i.time >= n.time
    where i.kind = 'purchase' and i.channel <> 'store' group by n.number
"""
_FORGET = """
    delete from carts where (customer_id, cart_id) in (
        select customer_id, cart_id from carts where touched_at < :before
        order by touched_at limit :limit for update skip locked
    )
"""
_OF_CUSTOMERS = "customer_id = any(cast(:ids as uuid[]))"
# What an erasure deletes here.
STORES = deleted("carts")


async def meet(tx: Tx, carts: Sequence[Cart]) -> list[Cart]:
    """These carts as they are known, locked; those that are new begin as they are here."""
    await tx.execute(_MEET, _params(carts))
    keys = {"customers": [cart.customer_id for cart in carts], "carts": [cart.cart_id for cart in carts]}
    return [Cart(**row) for row in await tx.rows(_LOCK, keys)]


async def of_orderers(tx: Tx, customers: Collection[UUID]) -> list[Cart]:
    """The carts of these customers that are not ordered, locked."""
    return [Cart(**row) for row in await tx.rows(_LOCK_ORDERED, {"customers": sorted(customers)})]


async def store(tx: Tx, carts: Sequence[Cart]) -> None:
    """The carts as they stand now."""
    if carts:
        await tx.execute(_STORE, _params(carts))


async def quiet(tx: Tx, before: datetime, limit: int) -> list[Cart]:
    """Open carts to which nothing has happened since, locked."""
    return [Cart(**row) for row in await tx.rows(_QUIET, {"before": before, "limit": limit})]


async def ordered_since(tx: Tx, carts: Sequence[Cart], groups: Mapping[UUID, Sequence[UUID]]) -> dict[int, datetime]:
    """By the place in `carts`, when that customer ordered under any of their ids, after the cart was touched."""
    members = [(place, id) for place, cart in enumerate(carts) for id in groups[cart.customer_id]]
    params = {
        "numbers": [place for place, _ in members],
        "customers": [id for _, id in members],
        "times": [carts[place].touched_at for place, _ in members],
    }
    return {row["number"]: row["time"] for row in await tx.rows(_ORDERED_SINCE, params)}


async def page(
    tx: Tx,
    state: CartState | None,
    group: Sequence[UUID] | None,
    before: tuple[datetime, UUID, str] | None,
    limit: int,
) -> list[Cart]:
    """Carts, those that were touched last first."""
    params: dict[str, Any] = {"limit": limit}
    conditions = ["true"]
    if state is not None:
        conditions.append("state = :state")
        params["state"] = state
    if group is not None:
        conditions.append(_OF_CUSTOMERS)
        params["ids"] = list(group)
    if before is not None:
        conditions.append("(touched_at, customer_id, cart_id) < (:touched_at, :customer, :cart)")
        params["touched_at"], params["customer"], params["cart"] = before
    statement = f"""
        select {_COLUMNS} from carts where {" and ".join(conditions)}
        order by touched_at desc, customer_id desc, cart_id desc limit :limit
    """
    return [Cart(**row) for row in await tx.rows(statement, params)]


async def forget(tx: Tx, before: datetime, limit: int) -> int:
    """Carts that nobody has touched since are gone, up to so many; returns how many."""
    return (await tx.execute(_FORGET, {"before": before, "limit": limit})).rowcount


def _params(carts: Sequence[Cart]) -> dict[str, Any]:
    params: dict[str, Any] = {name: [getattr(cart, name) for cart in carts] for name in _NAMES}
    return {**params, "pieces": [orjson.dumps(dict(cart.pieces)).decode() for cart in carts]}
