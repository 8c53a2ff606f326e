"""When a window lapses: how late the event is, with many waiting, and whether many at once hold up an entry."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from services.analytics.segments.service.programs import Compiled
from shared.contracts.topics import WATERMARKS
from tests.bench.ground import Ground, Site
from tests.bench.live import Live, live
from tests.bench.measure import percentile
from tests.bench.population import LAPSING, TREES, lapses_at, store, waiting
from tests.bench.rows.segments import WORKERS
from tests.bench.segmented import compiled_of, make_segments
from tests.bench.size import Size
from tests.bench.table import Row

# Their relays say up to when everything is on the topics; a lapse waits for that.
_MARKING = tuple(f"{service}.worker" for service in WATERMARKS.producers)
_PER_S, _ENTRIES_PER_S, _POLL_S = 200, 50, 120.0
# Different pasts; of those who lapse within a minute, so many moments.
_PASTS, _MOMENTS = 500, 2_000
# Nobody is woken by chance while we watch.
_QUIET = timedelta(minutes=20)
# From when those who lapse are made until the first of them does: they are stored meanwhile, so many in each second.
_LEAD_S, _STORED_PER_S = 5.0, 6_000


@dataclass(frozen=True)
class _Place:
    """Where it is measured."""

    ground: Ground
    site: Site
    compiled: Compiled
    segment: UUID


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Two workers, and those whose watermarks they wait for. Who waits is stored before, who lapses beside them."""
    async with ground.site("lapse", scale={"analytics.worker": 2}) as site:
        segments = await make_segments(site, TREES)
        place = _Place(ground, site, await compiled_of(site), segments[LAPSING])
        now = datetime.now(UTC)
        await store(site, place.compiled, waiting(place.compiled, _PASTS, now, now + _QUIET), size.waiting)
        async with site.running(*WORKERS, *_MARKING):
            await asyncio.sleep(2)
            steady = await _watch(place, int(_PER_S * size.lapse_s), size.lapse_s)
            minute = 60.0 * size.storm / 100_000
            evenly = await _watch(place, size.storm, minute)
            at_once = await _watch(place, size.storm, 0)
    poll, beside = 0.99 * _POLL_S, "a poll every 2 minutes (computed)"
    storm = f"{size.storm:,} lapses"
    return [
        Row("lapse", f"exact instant → event, p99, {size.waiting:,} waiting", percentile(steady.lapsed, 0.99), "s",
            poll, beside, target=1, less_is_better=True,
            note=f"{len(steady.lapsed):,} lapses, {_PER_S}/s; the latest {max(steady.lapsed):.2f} s"),
        *_storm(f"{storm} within {minute:.0f} s", evenly, steady),
        *_storm(f"{storm} at one instant", at_once, steady),
    ]  # fmt: skip


def _storm(what: str, found: Live, steady: Live) -> list[Row]:
    rate = len(found.lapsed) / found.lapsing_s
    return [
        Row("lapse", f"{what}: the longest an entry took", max(found.entered), "s", max(steady.entered),
            "with few lapses", target=2, less_is_better=True,
            note=f"{len(found.entered)} entries, {_ENTRIES_PER_S}/s; p50 {percentile(found.entered, 0.5):.2f} s"),
        Row("lapse", f"{what}: exact instant → event, p99", percentile(found.lapsed, 0.99), "s", less_is_better=True,
            note=f"{len(found.lapsed):,} lapses, {rate:,.0f}/s; the last was told after {max(found.lapsed):.1f} s"),
    ]  # fmt: skip


async def _watch(place: _Place, lapses: int, seconds: float) -> Live:
    """So many customers lapse over the next seconds (0: at one instant), and events of others come meanwhile."""
    now = datetime.now(UTC)
    first = now + timedelta(seconds=_LEAD_S + lapses / _STORED_PER_S)
    moments = _moments(first, seconds, min(lapses, _MOMENTS) if seconds else _PASTS)
    await store(place.site, place.compiled, lapses_at(place.compiled, now, moments), lapses)
    left = (first - datetime.now(UTC)).total_seconds()
    if left < 1:
        raise RuntimeError(f"storing those who lapse took too long: {left:.1f} s are left")
    return await live(
        place.ground, place.site, [uuid4() for _ in range(100_000)], rate=_ENTRIES_PER_S, seconds=left + seconds,
        warm=min(0.5, left), until_left=(place.segment, lapses),
    )  # fmt: skip


def _moments(first: datetime, seconds: float, count: int) -> Sequence[datetime]:
    return [first + timedelta(seconds=seconds * number / count) for number in range(count)]
