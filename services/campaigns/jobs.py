"""What happens by itself."""

from __future__ import annotations

from services.campaigns.service import erasure, lifecycle, settling
from shared.logging import get_logger
from shared.worker import Job, WorkerContext

log = get_logger(__name__)


async def recover(context: WorkerContext) -> None:
    """What senders that are gone had in hand: reserved messages are free again, claimed ones unknown."""
    async with context.database.transaction() as tx:
        freed, lost = await settling.recover(tx)
    if freed or lost:
        log.warning("sender_gone", freed=freed, unknown=lost)


async def finish(context: WorkerContext) -> None:
    """One-offs whose audience is through are finished, erasures that waited are done."""
    async with context.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    async with context.database.transaction() as tx:
        await erasure.finish_erasures(tx)


JOBS = (Job("recover", 2.0, recover), Job("finish", 2.0, finish))
