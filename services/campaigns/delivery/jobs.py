"""Measure whether the sender is paused."""

from __future__ import annotations

from services.campaigns.delivery import service
from services.campaigns.settings.service import effective
from shared.worker.parts import Job, WorkerContext


async def measure(context: WorkerContext) -> None:
    """A paused sender is an alarm for as long as it lasts."""
    async with context.database.transaction() as tx:
        await service.measure(tx, (await effective(tx, context.settings)).sender_address)


JOBS = (Job("measure-sender", 5.0, measure, exclusive=False),)
