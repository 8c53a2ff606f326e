"""What customers brought and cost, straight from the facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.analytics.segments.domain.sql.people import MERGED
from services.analytics.segments.repository.planning import expect_everybody
from shared.database.transaction import Tx

# Who calls is served; everything else that has a channel reaches out. Goods are known line by line.
_SUMS = """
    coalesce(sum(case f.event when 'purchase' then f.amount when 'return' then -f.amount end), 0) as revenue,
    coalesce(sum(case f.event when 'purchase_line' then f.cost when 'return_line' then -f.cost end), 0) as goods,
    coalesce(sum(f.amount) filter (where f.event = 'purchase_line' and f.cost is null), 0) as uncosted,
    count(*) filter (where f.event = 'purchase') as orders,
    coalesce(sum(k.price) filter (where f.event = 'exposure' or f.direction is distinct from 'in'), 0) as reaching,
    coalesce(sum(k.price) filter (where f.event = 'contact' and f.direction = 'in'), 0) as serving,
    count(*) filter (where f.event in ('contact', 'exposure') and k.price is null) as unpriced
"""
_PRICED = """
    left join unnest(cast(:channels as text[]), cast(:prices as bigint[])) as k(channel, price)
        on k.channel = f.channel and f.event in ('contact', 'exposure')
"""
_KINDS = "f.event in ('purchase', 'return', 'purchase_line', 'return_line', 'contact', 'exposure')"
_WHEN = "least(f.time, f.recorded_at) >= :since and least(f.time, f.recorded_at) < :until"
_OF_CUSTOMER = text(f"""
    select {_SUMS} from facts f {_PRICED}
    where f.customer_id = any(cast(:ids as uuid[])) and {_KINDS} and {_WHEN}
""")
_DECILES = text(f"""
    with recursive {MERGED}, chosen as (
        select x.customer_id from memberships x join segments g
            on g.segment_id = x.segment_id and g.current_version = x.version
        where x.segment_id = :segment and not g.archived
    ), ledgers as (
        select coalesce(m.root, f.customer_id) as root, {_SUMS}
        from facts f left join merged m on m.member = f.customer_id {_PRICED}
        where {_KINDS} and {_WHEN} and f.recorded_at <= :now
          and (cast(:segment as uuid) is null or coalesce(m.root, f.customer_id) in (select customer_id from chosen))
        group by 1
    ), ranked as (
        select *, revenue - goods - reaching - serving as left_over,
            ntile(10) over (order by revenue - goods - reaching - serving desc, root) as decile
        from ledgers
    )
    select decile, count(*) as customers, sum(revenue) as revenue, sum(goods) as goods, sum(uncosted) as uncosted,
        sum(orders) as orders, sum(reaching) as reaching, sum(serving) as serving, sum(unpriced) as unpriced,
        count(*) filter (where left_over < 0) as losing,
        coalesce(sum(left_over) filter (where left_over < 0), 0) as losses
    from ranked group by decile order by decile
""")
_MEMORY = "64MB"


@dataclass(frozen=True, slots=True)
class Between:
    """A span of time, and what a contact costs by channel."""

    since: datetime
    until: datetime
    prices: Mapping[str, int]

    def values(self) -> dict[str, Any]:
        """As parameters."""
        channels, prices = list(self.prices), list(self.prices.values())
        return {"since": self.since, "until": self.until, "channels": channels, "prices": prices}


async def of_customer(tx: Tx, customer_ids: Sequence[UUID], span: Between) -> Any:
    """The ledgers of a customer with all that stand for him."""
    return await tx.row(_OF_CUSTOMER, {"ids": list(customer_ids), **span.values()})


async def deciles(tx: Tx, span: Between, segment: UUID | None) -> Sequence[Any]:
    """The ledgers of everybody, summed up by tenths from those who left the most to those who left the least."""
    await expect_everybody(tx, _MEMORY)
    return await tx.rows(_DECILES, {"segment": segment, "now": tx.now, **span.values()})
