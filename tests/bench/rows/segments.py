"""From a recorded event to the segments it changes: throughput from a filled topic, and latency when live."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from services.analytics.facts.domain import fact_rows
from services.analytics.memberships.domain import engine_fact
from services.analytics.segments.domain.engine import History, advance, blank, decode, encode
from services.analytics.segments.domain.engine.inputs import AttributeChange
from shared.contracts.envelope import Envelope
from tests.bench.counters import faust_counts
from tests.bench.engine import program_of, some_trees
from tests.bench.ground import Ground, Site
from tests.bench.live import Live, live
from tests.bench.load import customer_ids, fill, on_the_wire, profiles, recorded
from tests.bench.measure import Span, percentile, span, until
from tests.bench.segmented import make_known, make_segments
from tests.bench.size import Size
from tests.bench.table import Row

LEAVES = 40
# From minutes to a year, so that windows also end while we watch. With 100 segments an event moves about five of them:
# many more than in real use.
WINDOWS = ("PT5M", "P1D", "P7D", "P14D", "P30D", "P90D", "P365D")
OVER = timedelta(minutes=10)
WORKERS = ("analytics.worker", "analytics.worker-1")
TARGETS = {100: 7_000.0}


@dataclass(frozen=True)
class Drained:
    """What a filled topic showed."""

    span: Span
    said: int  # events on analytics-events
    events: int


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Two analytics workers share the partitions; broker and database run beside them."""
    rows = []
    counted: float | None = None
    for segments in size.segments:
        async with ready_site(ground, f"segments-{segments}", segments, size.customers) as (site, ids):
            events = list(recorded(ids, size.heard, datetime.now(UTC), OVER))
            found = await drain(ground, site, events)
            rows += _throughput(segments, found, alone(segments, events))
            if segments == 100:
                rows += _live(await _run_live(ground, site, ids, size))
                counted = await faust_counts(ground, site, size.heard)
    if counted is not None:
        best = next(row for row in rows if row.figure.startswith("100 segments: filled"))
        rows.append(
            Row("segments", "100 segments: filled topic, again", best.value, "events/s", counted,
                "two Faust workers that only count into a table")
        )  # fmt: skip
    return rows


@contextlib.asynccontextmanager
async def ready_site(
    ground: Ground, name: str, segments: int, customers: int
) -> AsyncIterator[tuple[Site, list[UUID]]]:
    """A site whose segments are live and whose customers analytics knows."""
    async with ground.site(name, scale={"analytics.worker": 2}) as site:
        await make_segments(site, some_trees(segments, LEAVES, 1, WINDOWS))
        ids = customer_ids(site.installation.keys["installation"], customers)
        at = datetime.now(UTC) - OVER
        await make_known(site, profiles(ids, at))
        yield site, ids


async def drain(ground: Ground, site: Site, events: Sequence[Envelope[Any]]) -> Drained:
    """The topic is filled while no worker runs; then both start."""
    async with site.database("analytics") as database:

        async def heard() -> int:
            return int(await database.fetchval("select count(*) from inbox where consumer = 'analytics'"))

        async def quiet() -> bool:
            return not await database.fetchval("select exists (select from outbox where not published)")

        before = await heard()
        said = await database.fetchval("select count(*) from outbox")
        await fill(ground.dsns.kafka, f"{site.prefix}interactions-events", map(on_the_wire, events))

        async def finished() -> int:
            """The last one counts when all transitions are on the topic."""
            handled = int(await heard()) - before
            return handled if handled < len(events) or await quiet() else len(events) - 1

        async with site.running(*WORKERS) as pids:
            found = await span(
                finished, len(events), ready=partial(are_sharing, site), every_s=0.5, pids=pids | ground.server_pids
            )
        said = await database.fetchval("select count(*) from outbox") - said
    return Drained(found, said, len(events))


async def are_sharing(site: Site) -> bool:
    """Whether both workers own their half of the partitions."""
    return [await partitions(site, name) for name in WORKERS] == [6, 6]


async def partitions(site: Site, name: str) -> int:
    """How many partitions a worker owns, by its metrics."""
    for line in (await site.get(name, "/metrics")).splitlines():
        if line.startswith(b"crm_lane_partitions "):
            return int(float(line.split()[1]))
    return 0


def alone(segments: int, events: Sequence[Envelope[Any]]) -> float:
    """The evaluator alone, in memory, on one core: decode, advance, encode for each of the same events."""
    program = program_of(some_trees(segments, LEAVES, 1, WINDOWS))
    rng = random.Random(3)
    inputs = [(event.subject, [engine_fact(row) for row in fact_rows(event)]) for event in events]
    start = min(facts[0].recorded_at for _, facts in inputs)
    states: dict[UUID, bytes] = {}
    for subject in dict.fromkeys(subject for subject, _ in inputs):
        born = AttributeChange("b", start, "age", rng.randint(15, 90))
        state = advance(program, blank(str(subject)), start, (born,), History()).state
        states[subject] = encode(program, state)
    begun = time.perf_counter()
    for subject, facts in inputs:
        outcome = advance(program, decode(str(subject), states[subject]), facts[0].recorded_at, facts)
        states[subject] = encode(program, outcome.state)
    return len(inputs) / (time.perf_counter() - begun)


async def _run_live(ground: Ground, site: Site, ids: Sequence[UUID], size: Size) -> Live:
    # The server's housekeeping after the filled topic goes on meanwhile, as it does for users.
    async with site.running(*WORKERS):
        await until(partial(are_sharing, site), "both workers own their half")
        return await live(ground, site, ids, rate=3_000, seconds=size.live_s, warm=2.0 if size.is_short else 5.0)


def _throughput(segments: int, found: Drained, limit: float) -> list[Row]:
    each = found.said / found.events
    return [
        Row("segments", f"{segments} segments: filled topic, two workers", found.span.rate, "events/s", limit,
            "the evaluator alone in memory, one core", target=TARGETS.get(segments),
            note=f"until lag 0 and all transitions out; {each:.2f} events said for each; {found.span.cost}")
    ]  # fmt: skip


def _live(found: Live) -> list[Row]:
    note = f"{found.rate:,.0f} events/s came, {len(found.entered):,} changes, {len(found.lapsed):,} lapses"
    return [
        Row("segments", "live at 3,000/s: event → change, p50", percentile(found.entered, 0.5) * 1000, "ms",
            less_is_better=True, note=note),
        Row("segments", "live at 3,000/s: event → change, p99", percentile(found.entered, 0.99) * 1000, "ms",
            target=300, less_is_better=True),
        Row("segments", "live at 3,000/s: exact lapse → its event, p99", percentile(found.lapsed, 0.99) * 1000, "ms",
            less_is_better=True),
    ]  # fmt: skip
