"""What a till or an agent asks for while a customer waits."""

from __future__ import annotations

import itertools

from tests.bench.http import at_rate, request
from tests.bench.market import Market
from tests.bench.size import Size
from tests.bench.table import Row

RATE = 200
_CUSTOMERS = 500


async def measure(market: Market, size: Size) -> list[Row]:
    """One after the other, while the product is otherwise idle."""
    if len(market.ids) < _CUSTOMERS:
        await market.customers(_CUSTOMERS)
    rows = []
    for what, service, path in (
        ("timeline of a customer", "interactions", "/customers/{}/timeline"),
        ("record of a customer", "customers", "/customers/{}"),
    ):
        header = market.site.header("call-centre")
        raws = itertools.cycle([request("GET", path.format(id), header) for id in market.ids[:5_000]])
        port = market.site.installation.ports[f"{service}.app"]
        await at_rate(port, raws.__next__, rate=RATE, seconds=1)
        found = await at_rate(port, raws.__next__, rate=RATE, seconds=size.look_ups_s)
        rows += [
            Row("look-ups", f"{what}, p50 at {RATE}/s", found.ms(0.5), "ms", less_is_better=True),
            Row("look-ups", f"{what}, p99 at {RATE}/s", found.ms(0.99), "ms", target=25, less_is_better=True),
        ]
    return rows
