"""Statistics after a bulk load, before anybody asks."""

from __future__ import annotations

from services.analytics.statistics.service import refresh
from shared.worker.parts import Job, WorkerContext

# A load of history shows within so long; asking costs a reading of the catalogue.
EVERY_S = 15.0


async def keep(context: WorkerContext) -> None:
    """Look at the tables that have changed."""
    async with context.database.transaction() as tx:
        await refresh(tx)


def job() -> Job:
    """The job, done by one worker at a time."""
    return Job("statistics", EVERY_S, keep)
