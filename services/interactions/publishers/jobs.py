"""Jobs of publishers: the worker's counts are written every few seconds, and old ones forgotten."""

from __future__ import annotations

from services.interactions.publishers.service import forget_old_counts, write_counts
from shared.worker.parts import Job, WorkerContext, until_done


async def _write(context: WorkerContext) -> None:
    await write_counts(context.database)


JOBS = [
    Job("write-counts", 5.0, _write, exclusive=False),
    Job("forget-counts", 3600.0, until_done(forget_old_counts), first_s=120.0),
]
