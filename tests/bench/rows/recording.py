"""From a filled interactions-inbound to rows in PostgreSQL, beside COPY of the same rows."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.events.processor import BATCH
from tests.bench.ground import Ground, Site
from tests.bench.load import customer_ids, fill, inbound_records
from tests.bench.measure import Span, span, until
from tests.bench.size import Size
from tests.bench.table import Row

# What the worker writes for each event, and by which column the newest are found.
_TABLES = {"interactions": "id", "messages": "digest", "outbox": "id"}


@dataclass(frozen=True)
class Recorded:
    """What one filling of the topic showed."""

    recorded: Span
    published_s: float  # from the last row to the last event on interactions-events
    copied: float  # events a second


async def measure(ground: Ground, size: Size) -> list[Row]:
    """One worker."""
    async with ground.site("recording") as site:
        ids = customer_ids(site.installation.keys["installation"], size.customers)
        found = await record(ground, site, ids, size.recorded)
    return [
        Row("recording", "inbound → PostgreSQL, one worker", found.recorded.rate, "events/s", found.copied,
            "COPY of the same rows (interaction, message, outbox)", target=3_000, target_ratio=0.25,
            note=f"with outbox and relay; {found.recorded.cost}"),
        Row("recording", "last row → last event on the topic", found.published_s, "s", less_is_better=True),
    ]  # fmt: skip


async def record(ground: Ground, site: Site, ids: Sequence[UUID], count: int) -> Recorded:
    """Fill the topic while no worker runs, start one, watch the rows come."""
    async with site.database("interactions") as database:
        before = await _rows(database)
        await fill(ground.dsns.kafka, f"{site.prefix}interactions-inbound", inbound_records(ids, count, before + 1))

        async def recorded() -> int:
            return await _rows(database) - before

        async def relayed() -> bool:
            return not await database.fetchval("select exists (select from outbox where not published)")

        async with site.running("interactions.worker") as pids:
            found = await span(recorded, count, pids=pids | ground.server_pids)
            begun = time.perf_counter()
            await until(relayed, "the outbox relayed", every_s=0.02)
            published = time.perf_counter() - begun
        return Recorded(found, published, await _copy(database, count))


async def _rows(database: Any) -> int:
    return int(await database.fetchval("select count(*) from interactions"))


async def _copy(database: Any, count: int) -> float:
    """The same rows of the same tables into equal ones with equal indexes, in commits of the worker's size."""
    rows = {table: await database.fetch(f"select * from {table} order by {last} desc limit $1", count)
            for table, last in _TABLES.items()}  # fmt: skip
    for table in _TABLES:
        await database.execute(f"create table copied_{table} (like {table} including indexes)")
    try:
        begun = time.perf_counter()
        for start in range(0, count, BATCH):
            async with database.transaction():
                for table, found in rows.items():
                    await database.copy_records_to_table(f"copied_{table}", records=found[start : start + BATCH])
        return count / (time.perf_counter() - begun)
    finally:
        for table in _TABLES:
            await database.execute(f"drop table copied_{table}")
