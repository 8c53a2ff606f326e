"""Delete permits that are older than the time for which they are kept as evidence."""

from __future__ import annotations

from datetime import timedelta

from services.privacy.permits.service import delete_old_permits
from shared.worker.parts import Job, WorkerContext

# Rows of one transaction: short enough that no permit waits noticeably.
_PORTION = 500
_EVERY_S = 600.0


async def forget_old_permits(context: WorkerContext) -> None:
    """Permits older than `keep_permits_days` of business time are deleted."""
    kept = timedelta(days=context.settings.keep_permits_days)
    while True:
        async with context.database.transaction() as tx:
            deleted = await delete_old_permits(tx, tx.now - kept, _PORTION)
        if deleted < _PORTION:
            return


JOBS = [Job("forget-old-permits", _EVERY_S, forget_old_permits)]
