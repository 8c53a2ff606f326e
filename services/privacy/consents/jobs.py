"""Publish grants that have run out by the business clock."""

from __future__ import annotations

from services.privacy.config import Settings
from services.privacy.consents.service import expiry
from shared.worker.parts import Job, JobPart, Part, WorkerContext

# Rows of one transaction: short enough that no permit waits noticeably.
_PORTION = 500


async def expire_consents(context: WorkerContext) -> None:
    """Every grant that has run out by the business clock is published as unknown."""
    while True:
        async with context.database.transaction() as tx:
            found = await expiry.expire_consents(tx, _PORTION)
        if found < _PORTION:
            return


def parts(settings: Settings) -> list[Part]:
    """The job as a part of the worker: how often it runs is a setting."""
    return [JobPart(Job("expire-consents", settings.expiry_every_s, expire_consents))]
