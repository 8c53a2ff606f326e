"""What more customers and more segments cost: recording and segments at 1, 4 and 16 times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from tests.bench.ground import Ground
from tests.bench.load import customer_ids, fill, inbound_records, recorded
from tests.bench.measure import Span
from tests.bench.quiet import until_quiet
from tests.bench.rows.recording import record
from tests.bench.rows.segments import OVER, drain, ready_site
from tests.bench.size import Size
from tests.bench.table import Row

_SEGMENTS = 20
_CUSTOMERS, _SHORT_CUSTOMERS = 5_000, 500
# More customers must not make an event dearer; that much is noise and deeper indexes.
_FLAT = 1.5


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Processor time for each event is compared, since that is what grows; the rate stands in the note."""
    base = _SHORT_CUSTOMERS if size.is_short else _CUSTOMERS
    events = size.growth_events
    customers, segments = partial(_more_customers, ground, events), partial(_more_segments, ground, events, base)
    rows = await _grow(size, f"{{:,}} segments, {base:,} customers", _SEGMENTS, None, segments)
    if not size.is_short:
        rows += await _grow(size, f"{{:,}} customers, {_SEGMENTS} segments", base, _FLAT, customers)
        rows += await _grow(size, "recording, {:,} customers", base, _FLAT, partial(_recording, ground, events))
    return rows


async def _grow(
    size: Size, what: str, base: int, bound: float | None, run: Callable[[int], Awaitable[Span]]
) -> list[Row]:
    """One figure at each size beside the first. Without a `bound` it may grow as the size does."""
    rows: list[Row] = []
    for times in size.growth:
        found = await run(base * times)
        cost = sum(found.busy.values()) / found.done * 1e6
        first = rows[0].value if rows else None
        rows.append(
            Row("growth", what.format(base * times), cost, "µs of a core", first, "at 1 ×", less_is_better=True,
                target_ratio=None if first is None else bound or float(times), note=f"{found.rate:,.0f} events/s")
        )  # fmt: skip
    return rows


async def _more_customers(ground: Ground, events: int, customers: int) -> Span:
    return await _segments(ground, _SEGMENTS, customers, events)


async def _more_segments(ground: Ground, events: int, customers: int, segments: int) -> Span:
    return await _segments(ground, segments, customers, events)


async def _recording(ground: Ground, events: int, customers: int) -> Span:
    """Everybody was heard of before."""
    async with ground.site(f"growth-{customers}") as site:
        ids = customer_ids(site.installation.keys["installation"], customers)
        topic = f"{site.prefix}interactions-inbound"
        async with site.running("interactions.worker"):
            known = (next(inbound_records([id], 1, number)) for number, id in enumerate(ids))
            await fill(ground.dsns.kafka, topic, known)
            await until_quiet(ground, site)
        return (await record(ground, site, ids, events)).recorded


async def _segments(ground: Ground, segments: int, customers: int, events: int) -> Span:
    async with ready_site(ground, f"growth-{segments}-{customers}", segments, customers) as (site, ids):
        return (await drain(ground, site, list(recorded(ids, events, datetime.now(UTC), OVER)))).span
