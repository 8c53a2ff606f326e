"""What time alone brings: consents run out, erasures are asked for again, old permits go."""

from __future__ import annotations

from datetime import timedelta

from services.privacy.config import Settings
from services.privacy.service import consents, erasures, permits
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)

# Rows of one transaction: short enough that no permit waits noticeably.
_PORTION = 500
_REMINDERS_EVERY_S = 10.0
_CLEANING_EVERY_S = 600.0

OVERDUE = gauge("erasures_overdue", "Erasures that are not done although their deadline has passed")


async def expire_consents(context: WorkerContext) -> None:
    """Every grant that has run out by the business clock is said to be unknown."""
    while True:
        async with context.database.transaction() as tx:
            found = await consents.expire_consents(tx, _PORTION)
        if found < _PORTION:
            return


async def remind_of_erasures(context: WorkerContext) -> None:
    """Services without a clean receipt are asked again; missed deadlines show in the metrics and the log."""
    patience = timedelta(hours=context.settings.ask_again_after_h)
    async with context.database.transaction() as tx:
        await erasures.ask_again_unanswered(tx, tx.now - patience, _PORTION)
        overdue = await erasures.count_overdue(tx)
    OVERDUE.set(overdue)
    if overdue:
        log.warning("erasures_overdue", count=overdue)


async def forget_old_permits(context: WorkerContext) -> None:
    """Permits beyond the time for which they are kept as evidence are deleted."""
    kept = timedelta(days=context.settings.keep_permits_days)
    while True:
        async with context.database.transaction() as tx:
            gone = await permits.forget_old_permits(tx, tx.now - kept, _PORTION)
        if gone < _PORTION:
            return


def jobs(settings: Settings) -> list[Job]:
    """The worker's timers; each runs in one worker at a time."""
    return [
        Job("expire-consents", settings.expiry_every_s, expire_consents),
        Job("remind-of-erasures", _REMINDERS_EVERY_S, remind_of_erasures),
        Job("forget-old-permits", _CLEANING_EVERY_S, forget_old_permits),
    ]
