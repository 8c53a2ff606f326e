"""Ask services again that owe a clean receipt, show missed deadlines, and go on where a legal hold has ended."""

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


async def go_on_after_holds(context: WorkerContext) -> None:
    """Erasures over whose customer no hold stands any more run, each in its own transaction."""
    async with context.database.transaction() as tx:
        held = await service.held_erasures(tx, _PORTION)
    for erasure_id in held:
        async with context.database.transaction() as tx:
            if await service.go_on(tx, context.settings.naming, erasure_id):
                log.info("erasure_goes_on", erasure_id=str(erasure_id))


JOBS = [
    Job("remind-of-erasures", _EVERY_S, remind_of_erasures),
    Job("go-on-after-holds", _EVERY_S, go_on_after_holds),
]
