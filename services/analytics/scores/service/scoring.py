"""Fit a model over everybody and score by it, beside the stream: what the process for it does.

Read in one transaction, fit without any, write some thousand customers at a time. Whose score answers a segment's leaf
otherwise than before is marked in the same transaction, so that memberships follow; no lock of the lane is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any, cast
from uuid import UUID

import numpy as np

from services.analytics.scorecards import repository as scorecards
from services.analytics.scores.domain import lifetime, rfm, value
from services.analytics.scores.domain.reports import Report
from services.analytics.scores.domain.rfm import Boundaries, Scheme
from services.analytics.scores.domain.value import NotSupported
from services.analytics.scores.repository import fits, scores
from services.analytics.scores.repository.scores import COLUMNS
from services.analytics.scores.service.inputs import Inputs, read_inputs
from services.analytics.segments.domain.language.nodes import Comparison, Score
from services.analytics.segments.service.programs import Programs
from shared.contracts.envelope import Origin
from shared.database.engine import Database
from shared.database.transaction import Tx

WRITE_MOST = 5_000
_LONGEST_WEEKS = 100 * value.WEEKS_A_YEAR

MODELS: Mapping[str, Sequence[str]] = {"rfm": ("rfm",), "value": ("bgnbd", "mbgnbd")}

Columns = dict[str, Sequence[Any]]


async def fit_and_score(database: Database, fit_id: UUID) -> Report:
    """The fit is made and everybody is scored by it, or nothing is changed and the report says why."""
    async with database.transaction() as tx:
        wanted = await fits.get(tx, fit_id)
        found = await read_inputs(tx)
    model, options = wanted["model"], wanted["options"]
    kind = "rfm" if model == "rfm" else "value"
    try:
        if not found.ids:
            raise NotSupported("too-few-customers", "No customer has a purchase.")
        if kind == "rfm":
            columns, parameters, quality = _rfm(options, found)
        else:
            columns, parameters, quality = _value(model, options, found)
    except NotSupported as refusal:
        return Report("refused", len(found.ids), reason=refusal.slug, detail=str(refusal))
    parameters["scores"] = sorted(COLUMNS[kind])
    async with database.transaction() as tx:
        before = await fits.last_published(tx, MODELS[kind])
    writing = _Writing(database, kind, fit_id, _origin(before, model, options, parameters["scores"]))
    for part in _parts(columns):
        await writing.put(part)
    while await writing.forget_others():
        pass
    return Report("published", len(found.ids), parameters, quality)


def _origin(before: Any, model: str, options: Mapping[str, Any], names: Sequence[str]) -> Origin:
    """Live when the same model was fitted anew; a back-fill, which triggers nobody, when its scores are of another
    kind than those before, or the first."""
    same = before is not None and (before["model"], before["options"]) == (model, options)
    return Origin.LIVE if same and before["parameters"].get("scores") == names else Origin.BACKFILL


class _Writing:
    """Scores of a fit on their way into the table."""

    def __init__(self, database: Database, kind: str, fit: UUID, origin: Origin) -> None:
        self._database, self._kind, self._fit, self._origin = database, kind, fit, origin
        self._programs = Programs()

    async def put(self, part: Columns) -> None:
        """The scores of some customers are the fit's, and memberships are about to follow where a leaf flips."""
        async with self._database.transaction() as tx:
            ids = await scores.flipped(tx, self._kind, part, await self._tests(tx))
            await scorecards.mark_changed(tx, ids, tx.now, self._origin, self._fit)
            await scores.put(tx, self._kind, part, self._fit)

    async def forget_others(self) -> bool:
        """Some of those who are in the input no more have no scores of the kind; False when nobody is left."""
        async with self._database.transaction() as tx:
            others = await scores.others(tx, self._kind, self._fit, WRITE_MOST)
            ids = await scores.holding(tx, others, await self._tests(tx))
            await scorecards.mark_changed(tx, ids, tx.now, self._origin, self._fit)
            await scores.forget(tx, self._kind, others)
        return len(others) == WRITE_MOST

    async def _tests(self, tx: Tx) -> list[Comparison]:
        """The leaves over scores of this kind that run now; no other can run before this transaction ends."""
        leaves = (await self._programs.current(tx)).program.leaves.values()
        tests = [leaf.node.test for leaf in leaves if isinstance(leaf.node, Score)]
        return [test for test in tests if test.name in COLUMNS[self._kind]]


def _rfm(options: Mapping[str, Any], found: Inputs) -> tuple[Columns, dict[str, Any], dict[str, Any]]:
    """Columns of scores, parameters, quality."""
    scheme = cast(Scheme, options["scheme"])
    r, f, m = rfm.scores(found.days, found.orders, found.money, scheme)
    edges = Boundaries(*(tuple(rfm.boundaries(of).tolist()) for of in (found.days, found.orders, found.money)))
    columns: Columns = {
        "customer_id": found.ids, "last_purchase": found.newest, "orders": found.orders.astype(int).tolist(),
        "money": found.money.astype(int).tolist(), "r": r.tolist(), "f": f.tolist(), "m": m.tolist(),
        "rfm_group": rfm.groups(r, f, m), "spend_percentile": rfm.percentiles(found.money).tolist(),
    }  # fmt: skip
    return columns, {"scheme": scheme, "boundaries": asdict(edges)}, {}


def _value(model: str, options: Mapping[str, Any], found: Inputs) -> tuple[Columns, dict[str, Any], dict[str, Any]]:
    """The same of future value. Raises NotSupported."""
    data = found.histories
    fitted = value.fit(cast(lifetime.Model, model), data)
    weeks = float(options["horizon_weeks"])
    worth = value.clv(fitted, data, weeks, float(options["yearly_discount"]), float(options["margin"]))
    active = lifetime.p_active(fitted.lifetime, data.x, data.t_x, data.T)
    ages = lifetime.crossing(fitted.lifetime, data.x, data.t_x, float(options["threshold"]))
    columns: Columns = {
        "customer_id": found.ids, "p_active": active.tolist(),
        "purchases_expected": lifetime.expected(fitted.lifetime, data.x, data.t_x, data.T, weeks).tolist(),
        "clv": np.rint(worth).astype(int).tolist(),
        "crosses_at": [
            datetime.combine(first, time(), UTC) + timedelta(weeks=age) if age < _LONGEST_WEEKS else None
            for first, age in zip(found.first, ages.tolist(), strict=True)
        ],
    }  # fmt: skip
    return columns, fitted.parameters(), dict(fitted.quality)


def _parts(columns: Mapping[str, Sequence[Any]]) -> Iterator[Columns]:
    for start in range(0, len(columns["customer_id"]), WRITE_MOST):
        yield {name: list(values[start : start + WRITE_MOST]) for name, values in columns.items()}
