"""Fit a model over everybody and score by it, beside the stream.

Three steps: read in one transaction, fit in a thread without any, write some thousand customers at a time. No lock of
the lane is taken. A fit stays `waiting` until all is written, so that after a crash the next process does it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

import numpy as np

from services.analytics.scores.domain import lifetime, rfm, value
from services.analytics.scores.domain.rfm import Boundaries, Scheme
from services.analytics.scores.domain.value import NotSupported
from services.analytics.scores.repository import scores
from services.analytics.scores.service.inputs import Inputs, read_inputs
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.ids import new_id
from shared.observability.logging import get_logger
from shared.observability.metrics import counter
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

# One statement reads all purchases.
READ_S = 600.0
WRITE_MOST = 5_000
_LONGEST_WEEKS = 100 * value.WEEKS_A_YEAR

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
    await scores.request(tx, id, model, {**DEFAULTS[model], **options}, by)
    return id


async def request_nightly(tx: Tx) -> None:
    """Fits that are due for the night wait for the job."""
    for model in NIGHTLY:
        last = await scores.last_requested(tx, [model] if model == "rfm" else ["bgnbd", "mbgnbd"])
        if last is None or tx.now - last >= NIGHT:
            await request_fit(tx, model, {}, "night")


async def fit_next(context: WorkerContext) -> bool:
    """The fit that has waited the longest is done; False when none waits."""
    async with context.database.transaction() as tx:
        waiting = await scores.waiting(tx)
    if waiting is None:
        return False
    patient = Database(
        context.database.url, source=context.database.source, clock=context.clock, pool_size=1,
        command_timeout_s=READ_S,
    )  # fmt: skip
    try:
        async with patient.transaction() as tx:
            found = await read_inputs(tx)
    finally:
        await patient.close()
    model, id, options = waiting["model"], waiting["fit_id"], waiting["options"]
    try:
        kind, columns, parameters, quality = await asyncio.to_thread(_compute, model, id, options, found)
    except NotSupported as refusal:
        REFUSED.labels(refusal.slug).inc()
        log.warning("score_fit_refused", model=model, reason=refusal.slug, detail=str(refusal))
        async with context.database.transaction() as tx:
            await scores.finish(
                tx, id, "refused", found.as_of, len(found.ids), reason=refusal.slug, detail=str(refusal)
            )
        return True
    for part in _parts(columns):
        async with context.database.transaction() as tx:
            await scores.put(tx, kind, part)
    async with context.database.transaction() as tx:
        await scores.forget_others(tx, kind, id)
        await scores.finish(tx, id, "published", found.as_of, len(found.ids), parameters=parameters, quality=quality)
    SCORED.labels(model).inc(len(found.ids))
    log.info("scored", model=model, customers=len(found.ids))
    return True


Computed = tuple[str, dict[str, Sequence[Any]], dict[str, Any], dict[str, Any]]


def _compute(model: str, id: UUID, options: Mapping[str, Any], found: Inputs) -> Computed:
    """(what is scored, columns of scores, parameters, quality). Raises NotSupported."""
    if not found.ids:
        raise NotSupported("too-few-customers", "No customer has a purchase.")
    return _rfm(id, options, found) if model == "rfm" else _value(model, id, options, found)


def _rfm(id: UUID, options: Mapping[str, Any], found: Inputs) -> Computed:
    scheme = cast(Scheme, options["scheme"])
    r, f, m = rfm.scores(found.days, found.orders, found.money, scheme)
    edges = Boundaries(*(tuple(rfm.boundaries(of).tolist()) for of in (found.days, found.orders, found.money)))
    columns = {
        "customer_id": found.ids, "as_of": [found.as_of] * len(found.ids), "last_purchase": found.newest,
        "orders": found.orders.astype(int).tolist(), "money": found.money.astype(int).tolist(),
        "r": r.tolist(), "f": f.tolist(), "m": m.tolist(), "rfm_group": rfm.groups(r, f, m),
        "rfm_fit": [id] * len(found.ids),
    }  # fmt: skip
    return "rfm", columns, {"scheme": scheme, "boundaries": asdict(edges)}, {}


def _value(model: str, id: UUID, options: Mapping[str, Any], found: Inputs) -> Computed:
    data = found.histories
    fitted = value.fit(cast(lifetime.Model, model), data)
    weeks = float(options["horizon_weeks"])
    worth = value.clv(fitted, data, weeks, float(options["yearly_discount"]), float(options["margin"]))
    active = lifetime.p_active(fitted.lifetime, data.x, data.t_x, data.T)
    ages = lifetime.crossing(fitted.lifetime, data.x, data.t_x, float(options["threshold"]))
    columns = {
        "customer_id": found.ids, "as_of": [found.as_of] * len(found.ids), "p_active": active.tolist(),
        "purchases_expected": lifetime.expected(fitted.lifetime, data.x, data.t_x, data.T, weeks).tolist(),
        "clv": np.rint(worth).astype(int).tolist(),
        "crosses_at": [
            datetime.combine(first, time(), UTC) + timedelta(weeks=age) if age < _LONGEST_WEEKS else None
            for first, age in zip(found.first, ages.tolist(), strict=True)
        ],
        "value_fit": [id] * len(found.ids),
    }  # fmt: skip
    return "value", columns, fitted.parameters(), fitted.quality


def _parts(columns: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, list[Any]]]:
    for start in range(0, len(columns["customer_id"]), WRITE_MOST):
        yield {name: list(values[start : start + WRITE_MOST]) for name, values in columns.items()}
