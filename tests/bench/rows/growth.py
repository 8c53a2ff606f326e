"""What more customers and more segments cost: recording and segments at 1, 4 and 16 times."""

from __future__ import annotations

from datetime import UTC, datetime

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


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Processor time for each event is compared, since that is what grows; the rate stands in the note."""
    base = _SHORT_CUSTOMERS if size.is_short else _CUSTOMERS
    rows = []
    for what, run in (
        ("recording, {} customers", lambda times: _recording(ground, base * times, size.growth_events)),
        (
            f"{_SEGMENTS} segments, {{}} customers",
            lambda times: _segments(ground, _SEGMENTS, base * times, size.growth_events),
        ),
        (
            f"{{}} segments, {base:,} customers",
            lambda times: _segments(ground, _SEGMENTS * times, base, size.growth_events),
        ),
    ):
        first: float | None = None
        for times in size.growth:
            found = await run(times)
            cost = sum(found.busy.values()) / found.done * 1e6
            count = _SEGMENTS * times if "{} segments" in what else base * times
            rows.append(
                Row("growth", what.format(f"{count:,}"), cost, "µs of a core", first, "at 1 ×", less_is_better=True,
                    target_ratio=None if first is None else float(times), note=f"{found.rate:,.0f} events/s")
            )  # fmt: skip
            first = first or cost
    return rows


async def _recording(ground: Ground, customers: int, events: int) -> Span:
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
