"""Scores over HTTP."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from services.analytics.scores.schemas import FitIn, FitOut, GridOut, RfmCellOut, ScoresOut
from services.analytics.scores.service import requesting, showing
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(tags=["scores"])
_READ, _WRITE = requires("analytics:read"), requires("analytics:write")


@router.get("/scores/rfm", dependencies=[_READ])
async def show_rfm_grid(tx: TxDep) -> GridOut:
    """Recency by frequency: how many customers, what they spent, what they will be worth."""
    rows = await showing.rfm_grid(tx)
    groups: Counter[str] = Counter()
    for row in rows:
        groups[row["rfm_group"]] += row["customers"]
    return GridOut(cells=[_cell(row) for row in rows], groups=dict(groups.most_common()))


@router.get("/customers/{customer_id}/scores", dependencies=[_READ])
async def show_scores_of_customer(customer_id: UUID, tx: TxDep) -> ScoresOut:
    """A customer's scores as of the last fits. A merged customer is asked for by the survivor."""
    return ScoresOut(**await showing.scores_of(tx, customer_id))


@router.post("/scores/fits", status_code=202, dependencies=[_WRITE])
async def request_fit(body: FitIn, tx: TxDep, caller: CallerDep) -> FitOut:
    """Ask for a fit beside the nightly one: done within a minute or so, see its state."""
    options = body.model_dump(exclude={"model"})
    return _fit(await showing.fit(tx, await requesting.request_fit(tx, body.model, options, caller.id)))


@router.get("/scores/fits", dependencies=[_READ])
async def list_fits(tx: TxDep, limit: Limit = DEFAULT_LIMIT, after: After = None) -> Page[FitOut]:
    """Fits with their parameters, the newest first; refused ones say why."""
    rows = await showing.fits(tx, id_in(after), limit + 1)
    items = [_fit(row) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(rows) > limit else None)


def _fit(row: Any) -> FitOut:
    return FitOut(id=row["fit_id"], **{name: row[name] for name in FitOut.model_fields if name != "id"})


def _cell(row: Any) -> RfmCellOut:
    return RfmCellOut(
        recency=row["r"],
        frequency=row["f"],
        group=row["rfm_group"],
        customers=row["customers"],
        money=row["money"],
        clv=row["clv"] if row["valued"] else None,
    )
