"""Freeze audiences, finish campaigns that are through, pause those that cannot go on, write terms that are missing."""

from __future__ import annotations

from services.campaigns.campaigns.service import guarding, lifecycle, starting
from services.campaigns.campaigns.service.terms import write_outdated_terms
from shared.observability.logging import get_logger
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)


async def freeze(context: WorkerContext) -> None:
    """The audiences of one-offs that are starting, each piece in a transaction of its own."""
    async with context.database.transaction() as tx:
        waiting = await starting.to_freeze(tx)
    for campaign_id in waiting:
        more = True
        while more:
            async with context.database.transaction() as tx:
                more = await starting.freeze_piece(tx, campaign_id)


async def finish(context: WorkerContext) -> None:
    """One-offs whose audience is through are finished."""
    async with context.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)


async def guard(context: WorkerContext) -> None:
    """Campaigns that bring down who sends them are paused."""
    async with context.database.transaction() as tx:
        await guarding.pause_struck(tx)


async def mend_terms(context: WorkerContext) -> None:
    """While two versions run: terms that the earlier one left out are written."""
    async with context.database.transaction() as tx:
        written = await write_outdated_terms(tx)
    if written:
        log.warning("terms_were_outdated", campaigns=written)


JOBS = (
    Job("freeze", 0.5, freeze),
    Job("finish", 2.0, finish),
    Job("guard", 2.0, guard),
    Job("mend-terms", 1.0, mend_terms),
)
