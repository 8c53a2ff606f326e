"""Memory of each process under load, whether it grows, and what a customer costs the segment engine."""

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
    rows = [
        Row("memory", name, after[name], "MB", market.at_start.get(name), "when it was ready", less_is_better=True,
            note=f"{after[name] - before[name]:+.1f} MB in the last {size.loop_s:.0f} s of {_RATE} loops/s")
        for name in sorted(after)
    ]  # fmt: skip
    async with market.site.database("analytics") as database:
        row = await database.fetchrow(
            "select avg(length(state)) as state, pg_total_relation_size('states')::float / count(*) as stored,"
            " (select count(*) from leaves) as leaves from states"
        )
    rows += [
        Row("memory", "segment state of a customer, as bytes in the row", float(row["state"]), "bytes",
            less_is_better=True, note=f"{row['leaves']} leaves"),
        Row("memory", "segment state of a customer, on disk with its indexes", float(row["stored"]), "bytes",
            less_is_better=True),
    ]  # fmt: skip
    return rows
