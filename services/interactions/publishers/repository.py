"""SQL of publishers' counts and examples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.interactions.publishers.domain import (
    Cell,
    CountOfDay,
    Example,
    MinuteCount,
    PublisherTotals,
    SeenExample,
)
from shared.database.transaction import Tx

# In one order, so that several processes that write the same minute do not lock each other out.
_ADD = """
    insert into publisher_minutes as m (publisher, minute, door, outcome, kind, reason, events)
    select publisher, :minute, door, outcome, kind, reason, events
    from unnest(cast(:publishers as text[]), cast(:doors as text[]), cast(:outcomes as text[]), cast(:kinds as text[]),
                cast(:reasons as text[]), cast(:events as bigint[]))
         as n(publisher, door, outcome, kind, reason, events)
    order by publisher, door, outcome, kind, reason
    on conflict (publisher, minute, door, outcome, kind, reason) do update set events = m.events + excluded.events
"""
_SHOW = """
    insert into publisher_examples as e (publisher, kind, reason, place, what, cure, door, times, seen_at)
    select publisher, kind, reason, place, what, cure, door, times, :now
    from unnest(cast(:publishers as text[]), cast(:kinds as text[]), cast(:reasons as text[]), cast(:places as text[]),
                cast(:whats as text[]), cast(:cures as text[]), cast(:doors as text[]), cast(:times as bigint[]))
         as n(publisher, kind, reason, place, what, cure, door, times)
    order by publisher, kind, reason, place, what
    on conflict (publisher, kind, reason, place, what) do update
    set times = e.times + excluded.times, seen_at = excluded.seen_at, door = excluded.door, cure = excluded.cure
"""
_COUNTS = """
    select door, outcome, kind, reason, coalesce(sum(events) filter (where minute > :hour), 0)::bigint as hour,
           sum(events)::bigint as day
    from publisher_minutes where publisher = :publisher and minute > :day
    group by 1, 2, 3, 4 order by day desc, outcome, kind, reason, door limit 500
"""
_MINUTES = """
    select minute, outcome, sum(events)::bigint as events
    from publisher_minutes where publisher = :publisher and minute > :hour group by 1, 2 order by 1, 2
"""
_EXAMPLES = """
    select publisher, kind, reason, place, what, cure, door, times, seen_at
    from publisher_examples where publisher = :publisher and seen_at > :day order by seen_at desc, place limit 100
"""
_TOTALS = """
    select publisher, outcome, coalesce(sum(events) filter (where minute > :hour), 0)::bigint as hour,
           sum(events)::bigint as day, max(minute) as seen_at
    from publisher_minutes where minute > :day group by 1, 2 order by 1, 2
"""
# Examples beyond the newest hundred of a publisher are never shown.
_FORGET = """
    with old as (
        select ctid from publisher_minutes where minute < :before limit :limit
    ), gone as (
        delete from publisher_minutes m using old where m.ctid = old.ctid returning 1
    ), examples as (
        delete from publisher_examples where seen_at < :before or (publisher, kind, reason, place, what) in (
            select publisher, kind, reason, place, what from (
                select *, row_number() over (partition by publisher order by seen_at desc) as number
                from publisher_examples
            ) numbered where number > 100
        )
    )
    select count(*) from gone
"""


async def add_counts(tx: Tx, minute: datetime, cells: Mapping[Cell, int]) -> None:
    """So many more of each within the minute."""
    params = {
        "publishers": [cell.publisher for cell in cells],
        "doors": [cell.door for cell in cells],
        "outcomes": [cell.outcome for cell in cells],
        "kinds": [cell.kind for cell in cells],
        "reasons": [cell.reason for cell in cells],
        "events": list(cells.values()),
    }
    await tx.execute(_ADD, {**params, "minute": minute})


async def add_examples(tx: Tx, now: datetime, examples: Mapping[Example, int]) -> None:
    """These were met, each so often."""
    merged: dict[tuple[str, str, str, str, str], tuple[Example, int]] = {}
    for example, times in examples.items():
        key = (example.publisher, example.kind, example.reason, example.where, example.what)
        merged[key] = (example, times + (merged[key][1] if key in merged else 0))
    shown = [example for example, _ in merged.values()]
    params = {
        "publishers": [example.publisher for example in shown],
        "kinds": [example.kind for example in shown],
        "reasons": [example.reason for example in shown],
        "places": [example.where for example in shown],
        "whats": [example.what for example in shown],
        "cures": [example.cure for example in shown],
        "doors": [example.door for example in shown],
        "times": [times for _, times in merged.values()],
    }
    await tx.execute(_SHOW, {**params, "now": now})


async def counts_of(tx: Tx, publisher: str, hour: datetime, day: datetime) -> list[CountOfDay]:
    """What was counted of the publisher, the most frequent first."""
    rows = await tx.rows(_COUNTS, {"publisher": publisher, "hour": hour, "day": day})
    return [CountOfDay(**row) for row in rows]


async def minutes_of(tx: Tx, publisher: str, hour: datetime) -> list[MinuteCount]:
    """The publisher's last hour, minute by minute."""
    return [MinuteCount(**row) for row in await tx.rows(_MINUTES, {"publisher": publisher, "hour": hour})]


async def examples_of(tx: Tx, publisher: str, day: datetime) -> list[SeenExample]:
    """What was refused of the publisher, the newest first."""
    return [_seen(dict(row)) for row in await tx.rows(_EXAMPLES, {"publisher": publisher, "day": day})]


async def totals(tx: Tx, hour: datetime, day: datetime) -> list[PublisherTotals]:
    """Every publisher that sent anything, by name."""
    found: dict[str, PublisherTotals] = {}
    for row in await tx.rows(_TOTALS, {"hour": hour, "day": day}):
        name = row["publisher"]
        before = found.get(name) or PublisherTotals(name, {}, {}, row["seen_at"])
        found[name] = PublisherTotals(
            name,
            {**before.hour, row["outcome"]: row["hour"]},
            {**before.day, row["outcome"]: row["day"]},
            max(before.seen_at, row["seen_at"]),
        )
    return list(found.values())


async def forget_before(tx: Tx, before: datetime, limit: int) -> int:
    """Nothing older is kept, up to so many counts at a time; returns how many those were."""
    return int(await tx.value(_FORGET, {"before": before, "limit": limit}))


def _seen(row: dict[str, Any]) -> SeenExample:
    times, seen_at, place = row.pop("times"), row.pop("seen_at"), row.pop("place")
    return SeenExample(Example(where=place, **row), times, seen_at)
