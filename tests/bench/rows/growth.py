"""What more customers and more segments cost: events, wake-ups, look-ups and recording at 1, 4 and 16 times."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from tests.bench.engine import some_trees
from tests.bench.ground import Ground
from tests.bench.load import customer_ids, fill, inbound_records
from tests.bench.population import LAPSING, TREES
from tests.bench.quiet import until_quiet
from tests.bench.rows.recording import record
from tests.bench.rows.segments import LEAVES
from tests.bench.scaled import Cost, costs
from tests.bench.size import Size
from tests.bench.table import Row

_SEGMENTS = 20
_FEW, _SHORT_FEW = 5_000, 500
# More must not make it dearer; that much is noise, and deeper indexes.
_FLAT = 1.5
# What may grow as that does of which there is more; nothing else may.
_LINEAR = {
    "segments": ("an event", "a wake-up", "the segments of a customer"),
    "customers": ("a segment and its number of members",),
}

Run = Callable[[int], Awaitable[Mapping[str, Cost]]]


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Processor time where it can be told, since a busy machine does not change it; rates stand in the notes."""
    few, events, top = _SHORT_FEW if size.is_short else _FEW, size.growth_events, size.growth[-1]
    segments = partial(_segments, ground, few, events, size)
    rows = await _grow(size, "segments", _SEGMENTS * top, f", {few:,} customers", segments)
    if not size.is_short:
        customers = partial(_customers, ground, events, size)
        rows += await _grow(size, "customers", size.waiting, f", {len(TREES)} segments", customers)
        rows += await _grow(size, "customers", _FEW * top, "", partial(_recording, ground, events))
    return rows


async def _grow(size: Size, what: str, largest: int, of: str, run: Run) -> list[Row]:
    """Each figure at the largest size beside the smallest, and the note says what was between."""
    numbers = [largest * times // size.growth[-1] for times in size.growth]
    found = [await run(number) for number in numbers]
    rows = []
    for figure, first in found[0].items():
        last = found[-1][figure]
        between = [f"{part[figure].value:.3g} at {number:,}" for number, part in zip(numbers, found, strict=True)]
        bound = float(size.growth[-1]) if figure in _LINEAR[what] else _FLAT
        rows.append(
            Row("growth", f"{figure}, {largest:,} {what}{of}", last.value, last.unit, first.value, f"at {numbers[0]:,}",
                target_ratio=bound, less_is_better=True, note="; ".join([*between[1:-1], last.note]))
        )  # fmt: skip
    return rows


async def _segments(ground: Ground, customers: int, events: int, size: Size, segments: int) -> Mapping[str, Cost]:
    trees = [TREES[LAPSING], *some_trees(segments - 1, LEAVES)]
    return await costs(ground, f"growth-{segments}", trees, customers, events, size.growth_look_s)


async def _customers(ground: Ground, events: int, size: Size, customers: int) -> Mapping[str, Cost]:
    return await costs(ground, f"growth-{customers}", TREES, customers, events, size.growth_look_s)


async def _recording(ground: Ground, events: int, customers: int) -> Mapping[str, Cost]:
    """Everybody was heard of before."""
    async with ground.site(f"growth-{customers}") as site:
        ids = customer_ids(site.installation.keys["installation"], customers)
        topic = f"{site.prefix}interactions-inbound"
        async with site.running("interactions.worker"):
            known = (next(inbound_records([id], 1, number)) for number, id in enumerate(ids))
            await fill(ground.dsns.kafka, topic, known)
            await until_quiet(ground, site)
        span = (await record(ground, site, ids, events)).recorded
    return {"a recording": Cost(sum(span.busy.values()) / span.done * 1e6, "µs of a core", f"{span.rate:,.0f}/s")}
