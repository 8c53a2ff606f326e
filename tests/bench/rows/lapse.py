"""When a window lapses: how late the event is, with many waiting, and whether many at once hold up an entry."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.analytics.domain.engine import Fact, History, advance, blank, encode, fact
from services.analytics.domain.instants import DAY, from_datetime, to_datetime
from services.analytics.service.partitions import partition_of
from services.analytics.service.programs import Compiled, Programs
from shared.clock import SystemClock
from shared.database import Database
from tests.bench.ground import Ground, Site
from tests.bench.live import Live, live
from tests.bench.measure import percentile
from tests.bench.rows.segments import WORKERS
from tests.bench.segmented import make_segments
from tests.bench.size import Size
from tests.bench.table import Row

_WINDOW = 30 * DAY
_TREES: list[dict[str, Any]] = [
    {"event": "purchase", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 1},
    {"event": "contact", "agg": "count", "window": {"last": "P1D"}, "op": "gte", "value": 1},
]
_PER_S, _ENTRIES_PER_S, _POLL_S, _CHUNK = 200, 20, 120.0, 20_000
_LEAD = timedelta(seconds=3)


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Two workers; those who wait are stored before, those who lapse while we watch are stored beside them."""
    async with ground.site("lapse", scale={"analytics.worker": 2}) as site:
        (bought, _) = await make_segments(site, _TREES)
        compiled = await compiled_of(site)
        later = datetime.now(UTC) + timedelta(days=1)
        await _store(site, compiled, bought, size.waiting, later, timedelta(days=28))
        async with site.running(*WORKERS):
            await asyncio.sleep(2)
            steady = await _watch(ground, site, compiled, bought, int(_PER_S * size.lapse_s), size.lapse_s)
            storm_s = max(size.lapse_s, 60.0 * size.storm / 100_000)
            storm = await _watch(ground, site, compiled, bought, size.storm, storm_s)
    poll, beside = 0.99 * _POLL_S, "a poll every 2 minutes (computed)"
    return [
        Row("lapse", f"exact instant → event, p99, {size.waiting:,} waiting", percentile(steady.lapsed, 0.99), "s",
            poll, beside, target=1, less_is_better=True, note=f"{len(steady.lapsed):,} lapses, {_PER_S}/s"),
        Row("lapse", f"{size.storm:,} lapses within {storm_s:.0f} s: p99", percentile(storm.lapsed, 0.99), "s", poll,
            beside, less_is_better=True, note=f"{len(storm.lapsed):,} lapses seen"),
        Row("lapse", "the longest an entry took meanwhile", max(storm.entered), "s",
            max(steady.entered, default=None), "in the steady minute before", target=2, less_is_better=True,
            note=f"{len(storm.entered)} entries; p50 {percentile(storm.entered, 0.5):.2f} s"),
    ]  # fmt: skip


async def _watch(ground: Ground, site: Site, compiled: Compiled, segment: UUID, lapses: int, seconds: float) -> Live:
    """Customers who lapse evenly over the next seconds, and events of others meanwhile."""
    fresh = [uuid4() for _ in range(int(_ENTRIES_PER_S * (seconds + 4)))]
    await _store(site, compiled, segment, lapses, datetime.now(UTC) + _LEAD, timedelta(seconds=seconds))
    return await live(ground, site, fresh, rate=_ENTRIES_PER_S, seconds=seconds + _LEAD.total_seconds(), warm=0.5)


async def compiled_of(site: Site) -> Compiled:
    """The program that runs at a site."""
    database = Database(site.settings("analytics").database_url, source="analytics", clock=SystemClock())
    try:
        async with database.transaction() as tx:
            return await Programs().current(tx)
    finally:
        await database.close()


async def _store(site: Site, compiled: Compiled, segment: UUID, count: int, first: datetime, over: timedelta) -> None:
    """Customers who bought once; their windows end evenly over `over`, from `first` on."""
    async with site.database("analytics") as database:
        for start in range(0, count, _CHUNK):
            numbers = range(start, min(start + _CHUNK, count))
            rows = list(_rows(compiled, [first + over * (number / count) for number in numbers]))
            async with database.transaction():
                await database.copy_records_to_table("states", records=[row[:5] for row in rows])
                members = [(row[0], segment, 1, row[5]) for row in rows]
                await database.copy_records_to_table("memberships", records=members)
        await database.execute("analyze states")


def _rows(compiled: Compiled, due: Sequence[datetime]) -> Iterator[tuple[Any, ...]]:
    for at in due:
        id, wake = uuid4(), from_datetime(at)
        bought: Fact = fact(str(uuid4()), "purchase", wake - _WINDOW, wake - _WINDOW, {"amount": 100})
        state = advance(compiled.program, blank(str(id)), wake - _WINDOW, (bought,), History()).state
        raw = encode(compiled.program, state)
        yield id, partition_of(id), raw, to_datetime(state.wake), compiled.revision, to_datetime(state.time)
