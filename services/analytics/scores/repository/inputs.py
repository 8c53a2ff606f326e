"""What the models look at: purchases of each customer, summed up by the database and read as a stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text

from services.analytics.segments.domain.sql.people import MERGED
from shared.database.transaction import Tx

FETCH = 20_000

# Days of a customer are merged: two orders of one day are one purchase to the models. What claims the future counts
# from its recording. Who objects to profiling is in no input.
_INPUTS = f"""
    declare inputs no scroll cursor for
    with recursive {MERGED}, days as (
        select coalesce(m.root, f.customer_id) as root, cast(least(f.time, f.recorded_at) as date) as day,
            max(least(f.time, f.recorded_at)) filter (where f.event = 'purchase') as newest,
            count(*) filter (where f.event = 'purchase') as orders,
            coalesce(sum(f.amount) filter (where f.event = 'purchase'), 0) as spent,
            coalesce(sum(f.amount) filter (where f.event = 'return'), 0) as returned
        from facts f left join merged m on m.member = f.customer_id
        where f.event in ('purchase', 'return') and f.recorded_at <= :now
        group by 1, 2
    ), placed as (
        select *, min(day) filter (where orders > 0) over (partition by root) as first from days
    )
    select root, first, max(newest) as newest, sum(orders) as orders, sum(spent) - sum(returned) as money,
        max(day) filter (where orders > 0) as last, count(*) filter (where orders > 0) - 1 as x,
        coalesce(sum(spent) filter (where day > first), 0) as repeat_spent,
        max(day) filter (where orders > 0 and day <= cast(:then as date)) as then_last,
        count(*) filter (where orders > 0 and day <= cast(:then as date)) as then_days
    from placed
    where root not in (
        select coalesce(m.root, c.customer_id) from consents c left join merged m on m.member = c.customer_id
        where c.purpose = 'profiling' and c.state = 'denied'
    )
    group by root, first having sum(orders) > 0
"""
_SPAN = text("select min(time) from facts where event = 'purchase' and recorded_at <= :now")


async def first_purchase(tx: Tx, now: datetime) -> datetime | None:
    """When the first purchase of all was."""
    found: datetime | None = await tx.value(_SPAN, {"now": now})
    return found


async def read(tx: Tx, now: datetime, then: datetime) -> AsyncIterator[Sequence[Any]]:
    """One row for each customer with a purchase recorded by `now`, some thousands at a time; `then` ends the part of
    the time on which a model is tried."""
    await tx.execute(text(_INPUTS), {"now": now, "then": then})
    while rows := await tx.rows(f"fetch {FETCH} from inputs"):
        yield rows
