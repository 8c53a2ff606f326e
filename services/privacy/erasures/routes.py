"""Requests to be erased."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.privacy.erasures.domain import ErasureState
from services.privacy.erasures.schemas import ErasureIn, ErasureOut
from services.privacy.erasures.service import requests as service
from services.privacy.identity.domain import Reference
from services.privacy.identity.service import find_customer, hashing_of
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.paging import After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/erasures", tags=["erasure"])


@router.post("", status_code=202, dependencies=[requires("privacy:erase")])
async def request_erasure(body: ErasureIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ErasureOut:
    """Record a request; with the identity checked, erasure starts at once everywhere."""
    hashing = hashing_of(context.settings)
    find = service.find_address if body.address_only else find_customer
    subject = await find(tx, hashing, Reference.of(body.customer))
    erasure = await service.request_erasure(tx, context.settings.naming, body.request(subject, hashing, caller.id))
    return ErasureOut.of(erasure, tx.now)


@router.get("", dependencies=[requires("privacy:read")])
async def list_erasures(
    tx: TxDep,
    state: ErasureState | None = None,
    overdue: Annotated[bool, Query(description="only those past their deadline")] = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[ErasureOut]:
    """Requests, newest first."""
    found = await service.list_erasures(tx, before=id_in(after, "id"), state=state, overdue=overdue, limit=limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return Page(
        items=[ErasureOut.of(erasure, tx.now) for erasure in shown],
        next=encode_cursor({"id": shown[-1].erasure_id}) if more else None,
    )


@router.get("/{erasure_id}", dependencies=[requires("privacy:read")])
async def show_erasure(erasure_id: UUID, tx: TxDep) -> ErasureOut:
    """A request with its receipts and, once every service has reported, its certificate."""
    return ErasureOut.of(await service.show_erasure(tx, erasure_id), tx.now)


@router.post("/{erasure_id}/identity-check", dependencies=[requires("privacy:erase")])
async def record_identity_check(erasure_id: UUID, tx: TxDep, context: ContextDep, caller: CallerDep) -> ErasureOut:
    """The person is who they say: the erasure starts."""
    checked = await service.record_identity_check(tx, context.settings.naming, erasure_id, caller.id)
    return ErasureOut.of(checked, tx.now)


@router.post("/{erasure_id}/rejection", dependencies=[requires("privacy:erase")])
async def reject_erasure(erasure_id: UUID, tx: TxDep, caller: CallerDep) -> ErasureOut:
    """The identity check failed: nothing is erased."""
    return ErasureOut.of(await service.reject_erasure(tx, erasure_id, caller.id), tx.now)


@router.post("/{erasure_id}/reminders", dependencies=[requires("privacy:erase")])
async def ask_again(erasure_id: UUID, tx: TxDep) -> ErasureOut:
    """Ask every service again."""
    return ErasureOut.of(await service.ask_again(tx, erasure_id), tx.now)
