"""Memory of each process under load, and whether it grows."""

from __future__ import annotations

from tests.bench.market import Market
from tests.bench.memory import resident
from tests.bench.rows.loop import once
from tests.bench.size import Size
from tests.bench.table import Row

_RATE = 50


async def measure(market: Market, size: Size) -> list[Row]:
    """Runs last of the rows that share the product: everything it did before is in these figures."""
    numbers = await market.customers(int(_RATE * size.loop_s))
    before = resident(market.pids)
    await once(market, numbers, _RATE)
    after = resident(market.pids)
    return [
        Row("memory", name, after[name], "MB", market.at_start.get(name), "when it was ready", less_is_better=True,
            note=f"{after[name] - before[name]:+.1f} MB in the last {size.loop_s:.0f} s of {_RATE} loops/s")
        for name in sorted(after)
    ]  # fmt: skip
