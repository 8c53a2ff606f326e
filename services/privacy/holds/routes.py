"""Put customers on hold, and lift holds."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.privacy.holds import service
from services.privacy.holds.schemas import HoldIn, HoldOut
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import After, Limit, Page, encode_cursor, id_in

router = APIRouter(prefix="/holds", tags=["holds"])


@router.post("", status_code=201, dependencies=[requires("privacy:requests")])
async def place_hold(body: HoldIn, tx: TxDep, caller: CallerDep) -> HoldOut:
    """No erasure of this customer begins before the hold ends."""
    return HoldOut.of(await service.place_hold(tx, body.customer_id, caller.id, body.reason, body.until), tx.now)


@router.get("", dependencies=[requires("privacy:read")])
async def list_holds(
    tx: TxDep,
    customer_id: Annotated[UUID | None, Query(description="only those over this customer, under every id")] = None,
    standing: Annotated[bool, Query(description="only those that stand")] = False,
    limit: Limit = 50,
    after: After = None,
) -> Page[HoldOut]:
    """Holds, newest first."""
    found = await service.list_holds(
        tx, before=id_in(after), customer_id=customer_id, standing=standing, limit=limit + 1
    )
    shown = found[:limit]
    return Page(
        items=[HoldOut.of(hold, tx.now) for hold in shown],
        next=encode_cursor({"id": shown[-1].hold_id}) if len(found) > limit else None,
    )


@router.post("/{hold_id}/lifting", dependencies=[requires("privacy:requests")])
async def lift_hold(hold_id: UUID, tx: TxDep, caller: CallerDep) -> HoldOut:
    """Lift it before its end: an erasure that waits for it goes on within seconds."""
    return HoldOut.of(await service.lift_hold(tx, hold_id, caller.id), tx.now)
