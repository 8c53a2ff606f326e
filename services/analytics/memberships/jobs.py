"""Housekeeping of the kept member counts."""

from __future__ import annotations

from services.analytics.memberships.repository import counts
from shared.worker.parts import Job, WorkerContext

# A page of segments adds up a row for each connection that wrote since then.
EVERY_S = 60.0


async def fold(context: WorkerContext) -> None:
    """Add up the counts of connections that are gone."""
    async with context.database.transaction() as tx:
        await counts.fold(tx)


def job() -> Job:
    """The job, done by one worker at a time."""
    return Job("member-counts", EVERY_S, fold)
