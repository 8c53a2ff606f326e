"""One file for each group of rows; each has one function that measures and returns them."""

from collections.abc import Awaitable, Callable

from tests.bench.ground import Ground
from tests.bench.market import Market
from tests.bench.rows import (
    backfill,
    duplicates,
    footprint,
    growth,
    imports,
    ingest,
    lapse,
    leaves,
    lookups,
    loop,
    recording,
    segments,
    sending,
)
from tests.bench.size import Size
from tests.bench.table import Row

OnGround = Callable[[Ground, Size], Awaitable[list[Row]]]
OnMarket = Callable[[Market, Size], Awaitable[list[Row]]]

# Each with servers to itself, apart from what it starts.
ALONE: dict[str, OnGround] = {
    "ingest": ingest.measure,
    "recording": recording.measure,
    "imports": imports.measure,
    "duplicates": duplicates.measure,
    "segments": segments.measure,
    "lapse": lapse.measure,
    "state": leaves.measure,
    "new-segment": backfill.measure,
    "growth": growth.measure,
}
# These share one running product, in this order.
SHARED: dict[str, OnMarket] = {
    "loop": loop.measure,
    "sending": sending.measure,
    "look-ups": lookups.measure,
    "memory": footprint.measure,
}
NAMES = (*ALONE, *SHARED)
