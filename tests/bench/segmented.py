"""Segments that are live before anything is measured."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from services.analytics.service import segments
from services.analytics.service.chores import Chores
from services.analytics.service.programs import Programs
from shared.clock import SystemClock
from shared.contracts.topics import PARTITIONS
from shared.database import Database
from shared.parts import WorkerContext
from shared.watchdog import Watchdog
from tests.bench.ground import Site

_TYPES = {"age": "integer", "sex": "string", "joined": "datetime"}


async def make_segments(site: Site, trees: Sequence[dict[str, Any]]) -> list[UUID]:
    """Save definitions and do a worker's part of the back-fill, as long as nobody else runs; returns their ids."""
    settings = site.settings("analytics")
    database = Database(settings.database_url, source="analytics", clock=SystemClock())
    context = WorkerContext(settings, database, SystemClock(), Watchdog([]))
    chores = Chores(Programs())
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
        reached = dict.fromkeys(range(PARTITIONS), datetime.now(UTC))
        while await chores.tend(context, reached):
            pass
        async with database.transaction() as tx:
            await tx.execute("update outbox set published = true")
    finally:
        await database.close()
    return made
