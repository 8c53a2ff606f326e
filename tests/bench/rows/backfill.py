"""A new segment over all history: its preview and its back-fill, beside the same count in plain SQL."""

from __future__ import annotations

import asyncio
import time

from tests.bench.ground import Ground, Site
from tests.bench.history import store_history
from tests.bench.rows.preview import SIMPLE, call, previews, rows, smaller
from tests.bench.rows.segments import WORKERS
from tests.bench.segmented import compiled_of
from tests.bench.size import Size
from tests.bench.table import Row

_LONGEST_S = 240.0


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Two workers and the app; nothing else happens meanwhile."""
    small = await smaller(ground, size)
    async with ground.site("backfill", scale={"analytics.worker": 2}) as site:
        await store_history(site, await compiled_of(site), size.filled_customers, size.facts)
        async with site.running("analytics.app", *WORKERS):
            whole = await previews(site, f"{size.filled_customers:,} customers, {size.facts:,} facts")
            filled, note = await _fill(site)
    return [
        *rows(size, small, whole),
        Row("new segment", "back-fill of one leaf, until it answers", filled, "s", whole[0].plain,
            "the same count in plain SQL", target_ratio=3, less_is_better=True, note=note),
    ]  # fmt: skip


async def _fill(site: Site) -> tuple[float, str]:
    """Seconds until the segment answers; and until everybody was told, and every state has followed."""
    begun = time.perf_counter()
    made = await call(site, "POST", "/segments", {"name": "New", "definition": SIMPLE})
    while (shown := await call(site, "GET", f"/segments/{made['id']}"))["state"] != "live":
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
