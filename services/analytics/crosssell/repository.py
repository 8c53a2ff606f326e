"""Counts pairs of products by the database, and looks them up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from services.analytics.crosssell.domain import (
    FEWEST_BASKETS,
    HALF_LIFE_DAYS,
    KEPT_FOR_EACH,
    LARGEST_BASKET,
    LOOK_BACK_DAYS,
    Pair,
)
from shared.database.transaction import Tx

# Weights are powers of one half by age. Who objects to profiling is in no count, himself or through somebody merged.
_COUNT = text("""
    insert into product_pairs (product, beside, baskets, confidence, lift, score, counted_at)
    with objecting as (
        select customer_id from consents where purpose = 'profiling' and state = 'denied'
    ), excluded as (
        select customer_id from objecting
        union select survivor from merges join objecting on absorbed = customer_id where not undone
        union select absorbed from merges join objecting on survivor = customer_id where not undone
    ), lines as (
        select distinct f.customer_id, f.event_id, f.product,
            power(cast(0.5 as float8), cast(extract(epoch from :now - least(f.time, f.recorded_at)) as float8)
                / (86400 * :half_life)) as weight
        from facts f
        where f.event = 'purchase_line' and f.time >= :since and f.recorded_at <= :now and f.product is not null
          and f.customer_id not in (select customer_id from excluded)
    ), sized as (
        select *, count(*) over (partition by customer_id, event_id) as size from lines
    ), kept as materialized (
        select customer_id, event_id, product, weight from sized where size <= :largest
    ), alone as (
        select product, sum(weight) as weight from kept group by product
    ), whole as (
        select sum(weight) as weight from (select distinct customer_id, event_id, weight from kept) as baskets
    ), pairs as (
        select a.product, b.product as beside, count(*) as baskets, sum(a.weight) as weight
        from kept a join kept b using (customer_id, event_id)
        where a.product <> b.product
        group by 1, 2 having count(*) >= :fewest
    ), measured as (
        select p.product, p.beside, p.baskets, p.weight / a.weight as confidence,
            p.weight * whole.weight / (a.weight * b.weight) as lift
        from pairs p join alone a on a.product = p.product join alone b on b.product = p.beside cross join whole
    ), ranked as (
        select *, confidence * sqrt(lift) as score,
            row_number() over (partition by product order by confidence * sqrt(lift) desc, beside) as place
        from measured where lift > 1
    )
    select product, beside, baskets, confidence, lift, score, :now from ranked where place <= :each
""")
_PAIRS = text("""
    select product, beside, baskets, confidence, lift from product_pairs
    where product = any(cast(:products as text[])) order by product, score desc, beside
""")
_COUNTED_AT = text("select max(counted_at) from product_pairs")
_BOUGHT = text("""
    select product from facts
    where customer_id = any(cast(:ids as uuid[])) and event = 'purchase_line' and product is not null
      and time >= :since
    group by product order by max(time) desc, product limit :most
""")


async def count(tx: Tx) -> int:
    """The pairs are those of the facts now; how many there are."""
    await tx.execute("set local work_mem = '128MB'")
    await tx.execute("delete from product_pairs")
    values = {
        "now": tx.now, "since": tx.now - timedelta(days=LOOK_BACK_DAYS), "half_life": HALF_LIFE_DAYS,
        "largest": LARGEST_BASKET, "fewest": FEWEST_BASKETS, "each": KEPT_FOR_EACH,
    }  # fmt: skip
    await tx.execute(_COUNT, values)
    return int(await tx.value("select count(*) from product_pairs"))


async def pairs_of(tx: Tx, products: Sequence[str]) -> dict[str, list[Pair]]:
    """What goes with each of these products, the best first."""
    found: dict[str, list[Pair]] = {product: [] for product in products}
    for row in await tx.rows(_PAIRS, {"products": list(products)}):
        found[row["product"]].append(Pair(**row))
    return found


async def counted_at(tx: Tx) -> datetime | None:
    """As of when pairs were counted the last time."""
    found: datetime | None = await tx.value(_COUNTED_AT)
    return found


async def bought(tx: Tx, customer_ids: Sequence[UUID], since: datetime, most: int) -> list[str]:
    """What these customers have bought since then, the newest first."""
    rows = await tx.rows(_BOUGHT, {"ids": list(customer_ids), "since": since, "most": most})
    return [row["product"] for row in rows]
