"""Notes how many members each segment has."""

from __future__ import annotations

from services.analytics.insights.repository import sizes
from shared.worker.parts import Job, WorkerContext

# The last note of a day is what stays.
EVERY_S = 300.0


async def note(context: WorkerContext) -> None:
    """The sizes of today."""
    async with context.database.transaction() as tx:
        await sizes.note_sizes(tx, tx.now.date())


def job() -> Job:
    """The job, done by one worker at a time."""
    return Job("segment-sizes", EVERY_S, note)
