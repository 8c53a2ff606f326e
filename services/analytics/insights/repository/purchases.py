"""Purchases and returns of all customers by period, straight from the facts: always equal to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.analytics.segments.domain.sql.people import MERGED
from services.analytics.segments.repository.planning import expect_everybody
from shared.database.transaction import Tx

# Everybody, or a segment's present members.
_CHOSEN = """
    cast(:segment as uuid) is null or {root} in (
        select x.customer_id from memberships x join segments g
            on g.segment_id = x.segment_id and g.current_version = x.version
        where x.segment_id = :segment and not g.archived)
"""
# A purchase counts for whoever stands for the buyer now. Who was not seen again within the time is lost at its end,
# whatever happens later: the figures of a period that is over do not change.
_BASE = f"""
    with recursive {MERGED}, happened as materialized (
        select coalesce(m.root, f.customer_id) as root, least(f.time, f.recorded_at) as ts, f.event, f.amount
        from facts f left join merged m on m.member = f.customer_id
        where f.event in ('purchase', 'return') and f.recorded_at <= :now
    ), chosen as (
        select root, ts, event, amount, cast(date_trunc(:unit, ts at time zone :zone) as date) as period
        from happened
        where {_CHOSEN.format(root="root")}
    ), bought as (
        select root, ts, amount, period, min(period) over (partition by root) as first,
            lead(ts) over (partition by root order by ts) as next
        from chosen where event = 'purchase'
    )"""
# Goods are known line by line.
_REVENUE = text(f"""{_BASE}, lines as (
        select cast(date_trunc(:unit, least(f.time, f.recorded_at) at time zone :zone) as date) as period,
            sum(case f.event when 'purchase_line' then f.cost when 'return_line' then -f.cost end) as goods,
            sum(f.amount) filter (where f.event = 'purchase_line' and f.cost is null) as uncosted
        from facts f left join merged m on m.member = f.customer_id
        where f.event in ('purchase_line', 'return_line') and f.recorded_at <= :now
          and ({_CHOSEN.format(root="coalesce(m.root, f.customer_id)")})
        group by 1
    )
    select period, sum(orders) as orders, sum(unvalued) as unvalued, sum(gross) as gross, sum(returned) as returned,
        sum(buyers) as buyers, sum(new) as new, sum(lost) as lost, sum(goods) as goods, sum(uncosted) as uncosted
    from (
        select period, count(*) as orders, count(*) - count(amount) as unvalued, coalesce(sum(amount), 0) as gross,
            0 as returned, count(distinct root) as buyers, count(distinct root) filter (where first = period) as new,
            0 as lost, 0 as goods, 0 as uncosted
        from bought group by period
        union all
        select period, 0, 0, 0, coalesce(sum(amount), 0), 0, 0, 0, 0, 0 from chosen
        where event = 'return' group by period
        union all
        select cast(date_trunc(:unit, (ts + :patience) at time zone :zone) as date), 0, 0, 0, 0, 0, 0, count(*), 0, 0
        from bought
        where ts + :patience <= :now and (next is null or next > ts + :patience)
        group by 1
        union all
        select period, 0, 0, 0, 0, 0, 0, 0, coalesce(goods, 0), coalesce(uncosted, 0) from lines
    ) as parts
    where period >= :first and period <= :last
    group by period order by period
""")
_COHORTS = text(f"""{_BASE}, cohorts as (
        select root, min(period) as cohort from bought group by root
    )
    select c.cohort, h.period, count(distinct h.root) filter (where h.event = 'purchase') as buyers,
        coalesce(sum(case h.event when 'purchase' then h.amount else -h.amount end), 0) as revenue
    from chosen h join cohorts c using (root)
    where c.cohort >= :first and c.cohort <= :last and h.period >= c.cohort
    group by 1, 2 order by 1, 2
""")
_MEMORY = "64MB"


async def by_period(
    tx: Tx, unit: str, zone: str, first: date, last: date, patience_days: int, segment: UUID | None
) -> Sequence[Any]:
    """A row for each period with anything in it, from the one that begins on `first` to that of `last`."""
    await expect_everybody(tx, _MEMORY)
    values = {"unit": unit, "zone": zone, "first": first, "last": last, "segment": segment, "now": tx.now}
    return await tx.rows(_REVENUE, {**values, "patience": timedelta(days=patience_days)})


async def by_cohort(tx: Tx, unit: str, zone: str, first: date, last: date, segment: UUID | None) -> Sequence[Any]:
    """A row for each cohort (period of the first purchase) and period in which somebody of it bought or returned."""
    await expect_everybody(tx, _MEMORY)
    values = {"unit": unit, "zone": zone, "first": first, "last": last, "segment": segment, "now": tx.now}
    return await tx.rows(_COHORTS, values)
