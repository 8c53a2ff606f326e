"""SQL of the catalogue: one statement for a whole batch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.interactions.catalogue.domain import Price, Product, UnknownProduct
from shared.database.jsonb import to_jsonb
from shared.database.transaction import Tx

_FIELDS = (
    "kind", "name", "category", "department", "brand", "stock", "starts_at", "ends_at", "url", "image", "substitutes",
    "complements", "withdrawn",
)  # fmt: skip
_NAMES = ", ".join(_FIELDS)
_TYPES = {
    **dict.fromkeys(_FIELDS, "text"),
    "stock": "double precision",
    "starts_at": "timestamptz",
    "ends_at": "timestamptz",
    "substitutes": "text[]",
    "complements": "text[]",
    "withdrawn": "boolean",
}
_PUT = f"""
    insert into products (product_id, {_NAMES}, changed_at)
    select product_id, {_NAMES}, :now
    from jsonb_to_recordset(cast(:products as jsonb))
         as p(product_id text, {", ".join(f"{name} {type_}" for name, type_ in _TYPES.items())})
    order by product_id
    on conflict (product_id) do update
    set {", ".join(f"{name} = excluded.{name}" for name in _FIELDS)}, changed_at = excluded.changed_at
"""
_PUT_PRICES = """
    insert into product_prices (product_id, since, price, cost, currency)
    select * from unnest(cast(:ids as text[]), cast(:times as timestamptz[]), cast(:prices as bigint[]),
                         cast(:costs as bigint[]), cast(:currencies as text[])) order by 1, 2
    on conflict (product_id, since) do update
    set price = excluded.price, cost = excluded.cost, currency = excluded.currency
"""
_WITH_PRICE = f"""
    select p.product_id, {", ".join(f"p.{name}" for name in _FIELDS)}, c.since, c.price, c.cost, c.currency
    from products p left join lateral (
        select since, price, cost, currency from product_prices c
        where c.product_id = p.product_id and c.since <= :now order by since desc limit 1
    ) c on true
"""
_PRICES_AT = """
    select n.number, c.since, c.price, c.cost, c.currency
    from unnest(cast(:ids as text[]), cast(:times as timestamptz[])) with ordinality as n(product_id, time, number)
    cross join lateral (
        select since, price, cost, currency from product_prices c
        where c.product_id = n.product_id and c.since <= n.time order by since desc limit 1
    ) c
"""
_MEET_UNKNOWN = """
    insert into unknown_products as u (product_id, lines, first_seen, last_seen)
    select product_id, lines, :now, :now
    from unnest(cast(:ids as text[]), cast(:counts as bigint[])) as n(product_id, lines) order by 1
    on conflict (product_id) do update set lines = u.lines + excluded.lines, last_seen = excluded.last_seen
"""


async def put_products(tx: Tx, products: Sequence[Product]) -> None:
    """The catalogue has these, each as it is here; they are unknown no more."""
    rows = [{"product_id": one.product_id, **{name: getattr(one, name) for name in _FIELDS}} for one in products]
    await tx.execute(_PUT, {"products": to_jsonb(rows), "now": tx.now})
    await tx.execute(
        "delete from unknown_products where product_id = any(cast(:ids as text[]))",
        {"ids": [product.product_id for product in products]},
    )


async def put_prices(tx: Tx, prices: Mapping[str, Price]) -> None:
    """These prices hold from their day on."""
    if prices:
        params = {
            "ids": list(prices),
            "times": [price.since for price in prices.values()],
            "prices": [price.price for price in prices.values()],
            "costs": [price.cost for price in prices.values()],
            "currencies": [price.currency for price in prices.values()],
        }
        await tx.execute(_PUT_PRICES, params)


async def products_of(tx: Tx, ids: Collection[str]) -> dict[str, Product]:
    """Those of these ids that the catalogue knows."""
    if not ids:
        return {}
    statement = f"{_WITH_PRICE} where p.product_id = any(cast(:ids as text[]))"
    rows = await tx.rows(statement, {"ids": sorted(ids), "now": tx.now})
    return {row["product_id"]: _product(dict(row)) for row in rows}


async def page_of_products(
    tx: Tx, after: str | None, limit: int, category: str | None, brand: str | None, withdrawn: bool
) -> list[Product]:
    """By id; a category means those below it as well."""
    statement = f"""
        {_WITH_PRICE}
        where (cast(:after as text) is null or p.product_id > :after)
          and (cast(:category as text) is null or p.category = :category or starts_with(p.category, :category || '/'))
          and (cast(:brand as text) is null or p.brand = :brand) and (:withdrawn or not p.withdrawn)
        order by p.product_id limit :limit
    """
    params = {"after": after, "limit": limit, "category": category, "brand": brand, "withdrawn": withdrawn}
    return [_product(dict(row)) for row in await tx.rows(statement, {**params, "now": tx.now})]


async def prices_of(tx: Tx, product_id: str) -> list[Price]:
    """Every price, the newest first."""
    statement = "select since, price, cost, currency from product_prices where product_id = :id order by since desc"
    return [Price(**row) for row in await tx.rows(statement, {"id": product_id})]


async def prices_at(tx: Tx, wanted: Sequence[tuple[str, datetime]]) -> dict[tuple[str, datetime], Price]:
    """The price of each (product, moment) that is known."""
    if not wanted:
        return {}
    params = {"ids": [product_id for product_id, _ in wanted], "times": [time for _, time in wanted]}
    found = {}
    for row in await tx.rows(_PRICES_AT, params):
        price = Price(row["since"], row["price"], row["cost"], row["currency"])
        found[wanted[row["number"] - 1]] = price
    return found


async def withdraw(tx: Tx, product_id: str) -> None:
    """The product is sold no more."""
    await tx.execute(
        "update products set withdrawn = true, changed_at = :now where product_id = :id",
        {"id": product_id, "now": tx.now},
    )


async def is_empty(tx: Tx) -> bool:
    """Whether the firm keeps no catalogue."""
    return not await tx.value("select exists(select from products)")


async def meet_unknown(tx: Tx, counts: Mapping[str, int]) -> None:
    """So many lines named these ids, which nobody knows."""
    await tx.execute(_MEET_UNKNOWN, {"ids": list(counts), "counts": list(counts.values()), "now": tx.now})


async def page_of_unknown(tx: Tx, after: str | None, limit: int) -> list[UnknownProduct]:
    """By id."""
    statement = """
        select product_id, lines, first_seen, last_seen from unknown_products
        where cast(:after as text) is null or product_id > :after order by product_id limit :limit
    """
    return [UnknownProduct(**row) for row in await tx.rows(statement, {"after": after, "limit": limit})]


def _product(row: dict[str, Any]) -> Product:
    since, price, cost, currency = (row.pop(name) for name in ("since", "price", "cost", "currency"))
    return Product(**row, price=None if since is None else Price(since, price, cost, currency))
