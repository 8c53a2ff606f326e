"""Ask for fits, and have those that wait done by a process of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.analytics.scores.clients import FitProcessEnded, fit_in_process
from services.analytics.scores.domain.reports import Report
from services.analytics.scores.repository import fits
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.logging import get_logger
from shared.observability.metrics import counter
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

SCORED = counter("scored_customers", "Customers scored by a fit", ["model"])
REFUSED = counter("score_fits_refused", "Fits that the data did not support", ["reason"])

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "rfm": {"scheme": "independent"},
    "bgnbd": {"horizon_weeks": 52.0, "yearly_discount": 0.1, "margin": 1.0, "threshold": 0.5},
    "mbgnbd": {"horizon_weeks": 52.0, "yearly_discount": 0.1, "margin": 1.0, "threshold": 0.5},
}
NIGHTLY = ("rfm", "mbgnbd")
"""Of one-time buyers BG/NBD says that they are active for ever; the modified model does not."""
NIGHT = timedelta(hours=20)


async def request_fit(tx: Tx, model: str, options: Mapping[str, Any], by: str) -> UUID:
    """A fit of the model waits for the job; what `options` leaves out is as in DEFAULTS."""
    id = new_id()
    await fits.request(tx, id, model, {**DEFAULTS[model], **options}, by)
    return id


async def request_nightly(tx: Tx) -> None:
    """Fits that are due for the night wait for the job."""
    for model in NIGHTLY:
        last = await fits.last_requested(tx, [model] if model == "rfm" else ["bgnbd", "mbgnbd"])
        if last is None or tx.now - last >= NIGHT:
            await request_fit(tx, model, {}, "night")


async def fit_next(context: WorkerContext) -> bool:
    """The fit that has waited the longest is done; False when none waits.

    It stays `waiting` until all is written, so that after a crash the next process does it again.
    """
    async with context.database.transaction() as tx:
        waiting = await fits.waiting(tx)
    if waiting is None:
        return False
    model, now = waiting["model"], context.clock.now()
    try:
        report = await fit_in_process(context.database.url, waiting["fit_id"], now)
    except FitProcessEnded as error:
        log.error("score_fit_failed", model=model, fit=str(waiting["fit_id"]), status=error.status)
        report = Report("refused", 0, reason="failed", detail=f"{error}; its log says why.")
    async with context.database.transaction() as tx:
        await fits.finish(
            tx, waiting["fit_id"], report.state, now, report.customers, parameters=report.parameters,
            quality=report.quality, reason=report.reason, detail=report.detail,
        )  # fmt: skip
    if report.state == "published":
        SCORED.labels(model).inc(report.customers)
        log.info("scored", model=model, customers=report.customers)
    else:
        REFUSED.labels(report.reason or "").inc()
        log.warning("score_fit_refused", model=model, reason=report.reason, detail=report.detail)
    return True
