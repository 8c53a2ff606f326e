"""A new segment over all history: its preview and its back-fill, beside the same count in plain SQL."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import orjson

from tests.bench.ground import Ground, Site
from tests.bench.history import store_history
from tests.bench.http import in_turn, request
from tests.bench.rows.lapse import compiled_of
from tests.bench.rows.segments import WORKERS
from tests.bench.size import Size
from tests.bench.table import Row

_LONGEST_S = 240.0
_SIMPLE: dict[str, Any] = {"event": "purchase", "agg": "count", "window": {"last": "P90D"}, "op": "gte", "value": 3}
_COMPOUND: dict[str, Any] = {
    "all": [
        _SIMPLE,
        {**_SIMPLE, "agg": "sum", "field": "amount", "window": {"last": "P365D"}, "value": 20_000},
        {"not": {"event": "contact", "agg": "count", "window": {"last": "P30D"}, "op": "gte", "value": 1}},
    ]
}
_PLAIN = """
    select count(*) from (
        select customer_id from facts where event = 'purchase' and time >= now() - interval '90 days'
        group by customer_id having count(*) >= 3) as found
"""
_PLAIN_COMPOUND = """
    select count(*) from (
        select customer_id from facts
        where (event = 'purchase' and time >= now() - interval '365 days')
           or (event = 'contact' and time >= now() - interval '30 days')
        group by customer_id
        having count(*) filter (where event = 'purchase' and time >= now() - interval '90 days') >= 3
           and sum(amount) filter (where event = 'purchase') >= 20000
           and count(*) filter (where event = 'contact') = 0) as found
"""


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Two workers and the app; nothing else happens meanwhile."""
    async with ground.site("backfill", scale={"analytics.worker": 2}) as site:
        await store_history(site, await compiled_of(site), size.filled_customers, size.facts)
        async with site.database("analytics") as database:
            plain, plain_compound = await _timed(database, _PLAIN), await _timed(database, _PLAIN_COMPOUND)
        beside = "the same count in plain SQL"
        async with site.running("analytics.app", *WORKERS):
            simple, how = await _preview(site, _SIMPLE)
            compound, how_compound = await _preview(site, _COMPOUND)
            filled, note = await _fill(site)
    scale = f"{size.filled_customers:,} customers, {size.facts:,} facts"
    return [
        Row("new segment", "preview of one leaf", simple, "s", plain, beside, target=1, less_is_better=True,
            note=f"{scale}; {how}"),
        Row("new segment", "preview of three leaves", compound, "s", plain_compound, beside, target=5,
            less_is_better=True, note=how_compound),
        Row("new segment", "back-fill of one leaf, until it answers", filled, "s", plain, beside, target_ratio=3,
            less_is_better=True, note=note),
    ]  # fmt: skip


async def _timed(database: Any, query: str) -> float:
    """The second run's time: the first finds cold caches."""
    await database.fetchval(query)
    begun = time.perf_counter()
    await database.fetchval(query)
    return time.perf_counter() - begun


async def _call(site: Site, method: str, path: str, body: Any = None) -> Any:
    raw = request(method, path, site.header("marketing"), orjson.dumps(body) if body is not None else b"")
    (answer,) = await in_turn(site.installation.ports["analytics.app"], [raw])
    return orjson.loads(answer)


async def _preview(site: Site, definition: dict[str, Any]) -> tuple[float, str]:
    begun = time.perf_counter()
    found = await _call(site, "POST", "/segments/preview", {"definition": definition, "sample": 0})
    took = time.perf_counter() - begun
    if found["exact"]:
        return took, f"exact: {found['members']:,}"
    return took, f"an estimate: {found['members']:,} ({found['low']:,} to {found['high']:,})"


async def _fill(site: Site) -> tuple[float, str]:
    """Seconds until the segment answers; and until everybody was told, and every state has followed."""
    begun = time.perf_counter()
    made = await _call(site, "POST", "/segments", {"name": "New", "definition": _SIMPLE})
    while (shown := await _call(site, "GET", f"/segments/{made['id']}"))["state"] != "live":
        if time.perf_counter() - begun > _LONGEST_S:
            return time.perf_counter() - begun, "given up"
        await asyncio.sleep(0.1)
    answered = time.perf_counter() - begun
    told = await _after(site, begun, "select not exists (select from fill_rounds where stage <> 'done')")
    followed = await _after(site, begun, "select not exists (select from sweeps where not done)")
    return answered, f"{shown['members']:,} members; told to all {told}, all states followed {followed}"


async def _after(site: Site, begun: float, query: str) -> str:
    """When a query became true."""
    async with site.database("analytics") as database:
        while not await database.fetchval(query):
            if time.perf_counter() - begun > _LONGEST_S:
                return f"not within {_LONGEST_S:.0f} s"
            await asyncio.sleep(0.2)
    return f"after {time.perf_counter() - begun:.1f} s"
