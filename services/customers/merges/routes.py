"""Merge two customers, undo merges, decide link candidates."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.customers.config import Settings
from services.customers.merges.schemas import CandidateOut, MergeIn, MergeOut
from services.customers.merges.service import candidates, merging
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

router = APIRouter(tags=["merges"], dependencies=[requires("customers:merge")])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.post("/merges", status_code=201)
async def merge(tx: TxDep, caller: CallerDep, settings: SettingsDep, body: MergeIn, response: Response) -> MergeOut:
    """Make `absorbed` an alias of `survivor`; with `dry_run` show, field by field, what that would come to (200)."""
    if body.dry_run:
        response.status_code = 200
        return MergeOut.of(await merging.preview_merge(tx, body.survivor, body.absorbed, by=caller.id), dry_run=True)
    made = await merging.merge_customers(tx, settings, body.survivor, body.absorbed, by=caller.id)
    response.headers["Location"] = f"/merges/{made.merge_id}"
    return MergeOut.of(made)


@router.get("/merges")
async def list_merges(
    tx: TxDep, customer_id: UUID | None = None, after: After = None, limit: Limit = DEFAULT_LIMIT
) -> Page[MergeOut]:
    """Every merge, undone ones too, the newest first."""
    found = await merging.list_merges(tx, customer_id, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].merge_id}) if len(found) > limit else None
    return Page(items=[MergeOut.of(merge) for merge in found[:limit]], next=cursor)


@router.get("/merges/{merge_id}")
async def read(tx: TxDep, merge_id: UUID) -> MergeOut:
    """One merge, with where each field came from."""
    return MergeOut.of(await merging.find_merge(tx, merge_id))


@router.post("/merges/{merge_id}/undo")
async def undo(tx: TxDep, caller: CallerDep, settings: SettingsDep, merge_id: UUID) -> MergeOut:
    """Both stand for themselves again, each with what was stated under its own ids."""
    return MergeOut.of(await merging.undo_merge(tx, settings, merge_id, by=caller.id))


@router.get("/link-candidates")
async def list_candidates(tx: TxDep, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[CandidateOut]:
    """Pairs of customers of whom the same identifier was stated, the oldest first."""
    found = await candidates.list_candidates(tx, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].candidate_id}) if len(found) > limit else None
    return Page(items=[CandidateOut.of(candidate) for candidate in found[:limit]], next=cursor)


@router.post("/link-candidates/{candidate_id}/accept")
async def accept(tx: TxDep, caller: CallerDep, settings: SettingsDep, candidate_id: UUID) -> MergeOut:
    """They are one: the owner of the identifier absorbs the other."""
    return MergeOut.of(await candidates.accept_candidate(tx, settings, candidate_id, by=caller.id))


@router.post("/link-candidates/{candidate_id}/dismiss", status_code=204)
async def dismiss(tx: TxDep, caller: CallerDep, candidate_id: UUID) -> None:
    """They are two."""
    await candidates.dismiss_candidate(tx, candidate_id, by=caller.id)
