"""Pairs of customers who may be one: list, confirm, reject; compare everybody again."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response

from services.customers.attributes.domain.definitions import Kind
from services.customers.config import Settings
from services.customers.duplicates.domain.proposals import Duplicate, Position, State, Wanted
from services.customers.duplicates.schemas import ConfirmIn, DuplicateCountsOut, DuplicateOut, DuplicateRunOut
from services.customers.duplicates.service import deciding, runs
from services.customers.merges.schemas import MergeOut
from shared.database.transaction import Tx
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor, id_in

router = APIRouter(tags=["duplicates"], dependencies=[requires("customers:merge")])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.get("/duplicates")
async def list_duplicates(
    tx: TxDep,
    state: Annotated[State, Query(description="open, confirmed or rejected")] = "open",
    kind: Annotated[Kind | None, Query(description="person or firm")] = None,
    customer_id: Annotated[UUID | None, Query(description="pairs of this customer")] = None,
    least_score: Annotated[float, Query(ge=0, le=1, description="pairs at least so alike")] = 0.0,
    most_score: Annotated[float, Query(ge=0, le=1, description="pairs at most so alike")] = 1.0,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[DuplicateOut]:
    """Pairs of customers who may be one, the most alike first, each with what speaks for it and against it."""
    wanted = Wanted(state, kind, customer_id, least_score, most_score)
    found = await deciding.list_duplicates(tx, wanted, _position(after), limit + 1)
    shown = found[:limit]
    last = shown[-1] if len(found) > limit else None
    cursor = encode_cursor({"score": last.score, "id": last.duplicate_id}) if last else None
    return Page(items=await _answers(tx, shown), next=cursor)


@router.get("/duplicates/counts")
async def counts(tx: TxDep, settings: SettingsDep) -> DuplicateCountsOut:
    """How many pairs wait, how many were decided, and from which scores on they are proposed and merged."""
    return DuplicateCountsOut.of(await deciding.count_duplicates(tx), settings.duplicates_automatic)


@router.get("/duplicates/{duplicate_id}")
async def read(tx: TxDep, duplicate_id: UUID) -> DuplicateOut:
    """One pair."""
    return (await _answers(tx, [await deciding.find_duplicate(tx, duplicate_id)]))[0]


@router.post("/duplicates/{duplicate_id}/confirm")
async def confirm(tx: TxDep, caller: CallerDep, settings: SettingsDep, duplicate_id: UUID, body: ConfirmIn) -> MergeOut:
    """They are one: the other becomes an alias of the survivor. `POST /merges/{merge_id}/undo` takes it back, and they
    are not proposed again. With `dry_run` only show, field by field, what would come of it."""
    if body.dry_run:
        shown = await deciding.preview_confirmation(tx, duplicate_id, body.survivor, by=caller.id)
        return MergeOut.of(shown, dry_run=True)
    return MergeOut.of(await deciding.confirm_duplicate(tx, settings, duplicate_id, body.survivor, by=caller.id))


@router.post("/duplicates/{duplicate_id}/reject")
async def reject(tx: TxDep, caller: CallerDep, duplicate_id: UUID) -> DuplicateOut:
    """They are two, and are not proposed again, under none of their ids."""
    return (await _answers(tx, [await deciding.reject_duplicate(tx, duplicate_id, by=caller.id)]))[0]


@router.post("/duplicates/{duplicate_id}/reopen")
async def reopen(tx: TxDep, duplicate_id: UUID) -> DuplicateOut:
    """A pair that was rejected by mistake waits for a decision again."""
    return (await _answers(tx, [await deciding.reopen_duplicate(tx, duplicate_id)]))[0]


@router.post("/duplicate-runs", status_code=202)
async def start_run(tx: TxDep, caller: CallerDep, response: Response) -> DuplicateRunOut:
    """The worker compares everybody again. It does so once by itself; whoever changes is compared within a moment."""
    run = await runs.start_run(tx, by=caller.id)
    response.headers["Location"] = f"/duplicate-runs/{run.run_id}"
    return DuplicateRunOut.of(run)


@router.get("/duplicate-runs")
async def list_runs(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[DuplicateRunOut]:
    """Comparisons of everybody, the newest first."""
    found = await runs.list_runs(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].run_id}) if len(found) > limit else None
    return Page(items=[DuplicateRunOut.of(run) for run in found[:limit]], next=cursor)


@router.get("/duplicate-runs/{run_id}")
async def read_run(tx: TxDep, run_id: UUID) -> DuplicateRunOut:
    """How far it is."""
    return DuplicateRunOut.of(await runs.find_run(tx, run_id))


@router.post("/duplicate-runs/{run_id}/cancel")
async def cancel_run(tx: TxDep, run_id: UUID) -> DuplicateRunOut:
    """It goes no further; what it has found stays."""
    return DuplicateRunOut.of(await runs.cancel_run(tx, run_id))


async def _answers(tx: Tx, pairs: list[Duplicate]) -> list[DuplicateOut]:
    survivors = await deciding.suggested_survivors(tx, pairs)
    return [DuplicateOut.of(pair, survivors.get(pair.duplicate_id)) for pair in pairs]


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    score, found = key.get("score"), str(key.get("id"))
    try:
        if not isinstance(score, int | float) or isinstance(score, bool):
            raise ValueError("no score")
        return Position(float(score), UUID(found))
    except (ValueError, OverflowError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
