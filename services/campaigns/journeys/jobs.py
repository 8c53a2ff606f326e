"""Begin scheduled runs, let audiences enter, end those who are to leave, pause journeys that cannot go on."""

from __future__ import annotations

from services.campaigns.journeys.service import ending, filling, guarding
from shared.worker.parts import Job, WorkerContext


async def fill(context: WorkerContext) -> None:
    """Members of segments enter, each piece in a transaction of its own."""
    async with context.database.transaction() as tx:
        await filling.begin_runs(tx, context.settings)
        entering = await filling.to_fill(tx)
    for journey_id in entering:
        more = True
        while more:
            async with context.database.transaction() as tx:
                more = await filling.fill_piece(tx, journey_id)


async def end(context: WorkerContext) -> None:
    """Those inside stopped journeys leave, and those who are dropped at a pause."""
    more = 1
    while more:
        async with context.database.transaction() as tx:
            more = await ending.end_leaving(tx)


async def guard(context: WorkerContext) -> None:
    """Journeys that bring down who sends them are paused."""
    async with context.database.transaction() as tx:
        await guarding.pause_struck(tx)


JOBS = (Job("fill-journeys", 0.5, fill), Job("end-journeys", 0.5, end), Job("guard-journeys", 2.0, guard))
