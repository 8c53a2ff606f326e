"""Ask services again that owe a clean receipt, and show missed deadlines."""

from __future__ import annotations

from datetime import timedelta

from services.privacy.erasures.service import requests as service
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import Job, WorkerContext

log = get_logger(__name__)

# Requests of one transaction.
_PORTION = 500
_EVERY_S = 10.0

OVERDUE = gauge("erasures_overdue", "Erasures that are not done although their deadline has passed")


async def remind_of_erasures(context: WorkerContext) -> None:
    """Services without a clean receipt are asked again; missed deadlines show in the metrics and the log."""
    patience = timedelta(hours=context.settings.ask_again_after_h)
    async with context.database.transaction() as tx:
        await service.ask_again_unanswered(tx, tx.now - patience, _PORTION)
        overdue = await service.count_overdue(tx)
    OVERDUE.set(overdue)
    if overdue:
        log.warning("erasures_overdue", count=overdue)


JOBS = [Job("remind-of-erasures", _EVERY_S, remind_of_erasures)]
