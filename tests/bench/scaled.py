"""What the work of the segments costs at one size: an event, a wake-up, and the look-ups."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.analytics.memberships.service.wakeups import WakeUps
from services.analytics.segments.service.programs import Compiled, Programs
from shared.clock import SystemClock
from shared.contracts.topics import PARTITIONS
from shared.database.engine import Database
from shared.web.paging import encode_cursor
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.bench.ground import Ground, Site
from tests.bench.http import closed, request
from tests.bench.load import recorded
from tests.bench.memory import busy
from tests.bench.population import LAPSING, lapses_at, store, waiting
from tests.bench.rows.segments import OVER, drain
from tests.bench.segmented import compiled_of, make_segments

_PASTS = 500
_QUIET = timedelta(minutes=30)
_ACTIVE = 20_000
_WOKEN = 5_000
# They have lapsed when they are stored, as for a worker that comes late.
_AGO = timedelta(seconds=1)


@dataclass(frozen=True)
class Cost:
    """One figure, its unit, and what else was seen."""

    value: float
    unit: str
    note: str = ""


async def costs(
    ground: Ground, name: str, trees: Sequence[dict[str, Any]], customers: int, events: int, look_s: float
) -> dict[str, Cost]:
    """At a site of its own, with so many customers who have a year behind them. The first of `trees` is that of
    `population.TREES`."""
    async with ground.site(name, scale={"analytics.worker": 2}) as site:
        segments = await make_segments(site, trees)
        compiled = await compiled_of(site)
        at = datetime.now(UTC) - OVER
        ids = await store(site, compiled, waiting(compiled, _PASTS, at, at + _QUIET), customers)
        active = random.Random(5).sample(ids, min(_ACTIVE, len(ids)))
        span = (await drain(ground, site, list(recorded(active, events, datetime.now(UTC), OVER)))).span
        event = Cost(sum(span.busy.values()) / span.done * 1e6, "µs of a core", f"{span.rate:,.0f}/s")
        woken = await _wake(ground, site, compiled, min(_WOKEN, events))
        async with site.running("analytics.app"):
            looks = await _look_ups(site, segments[LAPSING], ids, look_s)
    return {"an event": event, "a wake-up": woken, **looks}


async def _wake(ground: Ground, site: Site, compiled: Compiled, count: int) -> Cost:
    """Customers who lapse at one instant, woken in this process."""
    due = datetime.now(UTC) - _AGO
    await store(site, compiled, lapses_at(compiled, due - _AGO, [due] * _PASTS), count)
    settings = site.settings("analytics")
    database = Database(settings.database_url, source="analytics", clock=SystemClock())
    context = WorkerContext(settings, database, SystemClock(), Watchdog([]))
    wake_ups, reached = WakeUps(Programs()), dict.fromkeys(range(PARTITIONS), datetime.now(UTC))
    pids = {"worker": os.getpid(), **ground.server_pids}
    try:
        async with database.transaction() as tx:
            number = await tx.value("select count(*) from states where wake <= :now", {"now": reached[0]})
        before, begun = busy(pids), time.perf_counter()
        while await wake_ups.step(context, reached):
            pass
        took, after = time.perf_counter() - begun, busy(pids)
    finally:
        await database.close()
    spent = sum(after.values()) - sum(before.values())
    return Cost(spent / number * 1e6, "µs of a core", f"{number / took:,.0f}/s by one process")


async def _look_ups(site: Site, segment: UUID, ids: Sequence[UUID], seconds: float) -> dict[str, Cost]:
    """One after the other, of customers and places chosen at random."""
    rng, header = random.Random(6), site.header("marketing")
    port = site.installation.ports["analytics.app"]
    paths: dict[str, Callable[[UUID], str]] = {
        "a page of members": lambda id: f"/segments/{segment}/members?after={encode_cursor({'id': id})}",
        "an explanation": lambda id: f"/segments/{segment}/explain/{id}",
        "the history of a customer": lambda id: f"/customers/{id}/history",
        "the segments of a customer": lambda id: f"/customers/{id}/segments",
        "a segment and its number of members": lambda id: f"/segments/{segment}",
    }
    found = {}
    for what, path in paths.items():

        def make(path: Callable[[UUID], str] = path) -> bytes:
            return request("GET", path(rng.choice(ids)), header)

        seen = await closed(port, make, connections=1, seconds=seconds)
        found[what] = Cost(seen.ms(0.5), "ms", f"p99 {seen.ms(0.99):.1f} ms")
    return found
