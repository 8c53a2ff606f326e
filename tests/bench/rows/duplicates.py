"""Everybody compared with everybody whom they may be: how fast, how well, and one newcomer among them."""

from __future__ import annotations

import time

from services.customers.config import Settings
from services.customers.duplicates.service import comparing
from shared.clock import SystemClock
from shared.database.engine import Database
from tests.bench.ground import Ground
from tests.bench.size import Size
from tests.bench.table import Row
from tests.lookalikes.population import a_population
from tests.lookalikes.stored import found_among, store

# Points and thresholds were fixed on seed 1.
SEED = 2
_NEWCOMERS = 50


async def measure(ground: Ground, size: Size) -> list[Row]:
    """The worker's own step, without a worker beside it."""
    async with ground.site("duplicates") as site:
        kernel = site.settings("customers")
        settings = Settings(**kernel.model_dump())
        database = Database(kernel.database_url, source="customers", clock=SystemClock())
        try:
            return await rows_of(database, settings, size.duplicates)
        finally:
            await database.close()


async def rows_of(database: Database, settings: Settings, count: int) -> list[Row]:
    """The figures of `count` records."""
    population = a_population(count, SEED)
    ids = await store(database, population, begin=1 << 100)
    async with database.transaction() as tx:
        await tx.execute("truncate duplicate_marks")
    async with database.transaction() as tx:
        await tx.execute("analyze customers")
        await tx.execute("analyze identifiers")
    begun = time.perf_counter()
    await _until_done(database, settings)
    rate = len(ids) / (time.perf_counter() - begun)
    async with database.transaction() as tx:
        found = await found_among(tx, population, ids)
    moments = sorted([await _newcomer(database, settings, number) for number in range(_NEWCOMERS)])
    of = f"among {len(ids):,}"
    return [
        Row("duplicates", f"everybody compared, {of}", rate, "customers/s", target=1_000_000 / 300,
            note="a million in five minutes is the target"),
        Row("duplicates", f"proposed of those who stand twice, {of}", found.recall, "share", target=0.9,
            note=f"true of what is proposed: {found.precision:.3f}"),
        Row("duplicates", f"true of what may be merged automatically, {of}", found.sure_precision, "share", target=0.99,
            note=f"of those who stand twice: {found.sure_recall:.3f}"),
        Row("duplicates", f"a newcomer compared, {of}, p50", moments[len(moments) // 2] * 1000, "ms", target=50,
            less_is_better=True),
    ]  # fmt: skip


async def _until_done(database: Database, settings: Settings) -> None:
    more = True
    while more:
        async with database.transaction() as tx:
            more = await comparing.compare_some(tx, settings)


async def _newcomer(database: Database, settings: Settings, number: int) -> float:
    someone = a_population(1, 1_000 + number)
    await store(database, someone, begin=(1 << 101) + (number << 8))
    begun = time.perf_counter()
    async with database.transaction() as tx:
        await comparing.compare_written(tx, settings)
    return time.perf_counter() - begun
