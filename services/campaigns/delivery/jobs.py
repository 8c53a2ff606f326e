"""Measure whether the sender is paused; write what was handed over outside of the database as well."""

from __future__ import annotations

from services.campaigns.config import Settings
from services.campaigns.delivery import service
from services.campaigns.settings.service import effective
from shared.contracts.campaigns import MessageSettled
from shared.events.journal import JournalPart
from shared.worker.parts import Job, Part, WorkerContext


async def measure(context: WorkerContext) -> None:
    """A paused sender is an alarm for as long as it lasts."""
    async with context.database.transaction() as tx:
        await service.measure(tx, (await effective(tx, context.settings)).sender_address)


JOBS = (Job("measure-sender", 5.0, measure, exclusive=False),)


def journal(settings: Settings) -> list[Part]:
    """What left, or may have, is known also when database and topic are lost together."""
    if settings.journal_folder is None:
        return []
    return [JournalPart(settings.journal_folder, settings.service, [MessageSettled], service.may_have_left)]
