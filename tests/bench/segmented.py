"""Segments that are live, and customers who are known, before anything is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.analytics.backfill.service.filling import Filling
from services.analytics.backfill.service.sweeping import Sweeping
from services.analytics.capabilities import subscription
from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service.programs import Compiled, Programs
from shared.clock import SystemClock
from shared.contracts.envelope import Envelope
from shared.contracts.topics import PARTITIONS
from shared.database.engine import Database
from shared.events.processor import BATCH, BatchProcessor
from shared.events.subscription import Record
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.bench.ground import Site
from tests.bench.load import on_the_wire

_TYPES = {"age": "integer", "sex": "string", "joined": "datetime"}


async def make_known(site: Site, profiles: Iterable[Envelope[Any]]) -> None:
    """Have analytics hear of customers, in this process: a worker's start would take longer than that."""
    settings = site.settings("analytics")
    database = Database(settings.database_url, source="analytics", clock=SystemClock())
    processor = BatchProcessor(database, subscription(settings, Programs()))
    records = [
        Record("customers-events", 0, number, key, value, headers)
        for number, (key, value, headers) in enumerate(map(on_the_wire, profiles))
    ]
    try:
        for start in range(0, len(records), BATCH):
            await processor.process(records[start : start + BATCH])
        async with database.transaction() as tx:
            await tx.execute("update outbox set published = true")
    finally:
        await database.close()


async def make_segments(site: Site, trees: Sequence[dict[str, Any]]) -> list[UUID]:
    """Save definitions and do a worker's part of the back-fill, as long as nobody else runs; returns their ids."""
    settings = site.settings("analytics")
    database = Database(settings.database_url, source="analytics", clock=SystemClock())
    context = WorkerContext(settings, database, SystemClock(), Watchdog([]))
    sweeping, filling = Sweeping(Programs()), Filling()
    try:
        async with database.transaction() as tx:
            await tx.execute(
                "insert into attributes (name, type, seen_at) select name, type, :now from"
                " unnest(cast(:names as text[]), cast(:types as text[])) as t(name, type) on conflict do nothing",
                {"now": tx.now, "names": list(_TYPES), "types": list(_TYPES.values())},
            )
            made = [
                await segments.create_segment(tx, f"Segment {number}", None, tree, "bench", None)
                for number, tree in enumerate(trees)
            ]
        more = True
        while more:
            reached = dict.fromkeys(range(PARTITIONS), datetime.now(UTC))
            more = any([await sweeping.step(context, reached), await filling.step(context)])
        async with database.transaction() as tx:
            await tx.execute("update outbox set published = true")
    finally:
        await database.close()
    return made


async def compiled_of(site: Site) -> Compiled:
    """The program that runs at a site."""
    database = Database(site.settings("analytics").database_url, source="analytics", clock=SystemClock())
    try:
        async with database.transaction() as tx:
            return await Programs().current(tx)
    finally:
        await database.close()
