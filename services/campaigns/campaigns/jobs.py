"""Finish campaigns that are through."""

from __future__ import annotations

from services.campaigns.campaigns.service import lifecycle
from shared.worker.parts import Job, WorkerContext


async def finish(context: WorkerContext) -> None:
    """One-offs whose audience is through are finished."""
    async with context.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)


JOBS = (Job("finish", 2.0, finish),)
