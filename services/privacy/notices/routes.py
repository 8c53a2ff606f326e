"""Purposes and wordings."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.privacy.notices import service
from services.privacy.notices.schemas import NoticeIn, NoticeOut, PurposeIn, PurposeOut, PurposesOut
from shared.contracts.addressing import Purpose as PurposeName
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import After, Limit, Page, encode_cursor, id_in

router = APIRouter(tags=["notices"])

Name = Annotated[PurposeName, Path(description="the purpose's name", examples=["news.wine"])]


@router.get("/purposes", dependencies=[requires("privacy:read")])
async def list_purposes(tx: TxDep) -> PurposesOut:
    """Every purpose for which somebody may be written to."""
    return PurposesOut(items=[PurposeOut.of(purpose) for purpose in await service.list_purposes(tx)])


@router.get("/purposes/{name}", dependencies=[requires("privacy:read")])
async def show_purpose(name: Name, tx: TxDep) -> PurposeOut:
    """One purpose."""
    return PurposeOut.of(await service.show_purpose(tx, name))


@router.put("/purposes/{name}", dependencies=[requires("privacy:admin")])
async def define_purpose(name: Name, body: PurposeIn, tx: TxDep, caller: CallerDep) -> PurposeOut:
    """Define a purpose, or change its definition."""
    return PurposeOut.of(await service.define_purpose(tx, body.purpose(name, caller.id)))


@router.post("/notices", status_code=201, dependencies=[requires("privacy:admin")])
async def store_notice(body: NoticeIn, tx: TxDep, caller: CallerDep) -> NoticeOut:
    """Keep a version of a wording for ever. The same words again are the same wording."""
    return NoticeOut.of(await service.store_notice(tx, body.notice(tx.now, caller.id)))


@router.get("/notices", dependencies=[requires("privacy:read")])
async def list_notices(
    tx: TxDep,
    name: Annotated[str | None, Query(max_length=100, description="only versions of this wording")] = None,
    language: Annotated[str | None, Query(max_length=10, description="only in this language")] = None,
    purpose: Annotated[str | None, Query(max_length=50, description="only those that ask for this")] = None,
    limit: Limit = 50,
    after: After = None,
) -> Page[NoticeOut]:
    """Wordings, newest first."""
    found = await service.list_notices(
        tx, name=name, language=language, purpose=purpose, before=id_in(after), limit=limit + 1
    )
    shown = found[:limit]
    return Page(
        items=[NoticeOut.of(notice) for notice in shown],
        next=encode_cursor({"id": shown[-1].notice_id}) if len(found) > limit else None,
    )


@router.get("/notices/{notice_id}", dependencies=[requires("privacy:read")])
async def show_notice(notice_id: UUID, tx: TxDep) -> NoticeOut:
    """One wording."""
    return NoticeOut.of(await service.show_notice(tx, notice_id))
