"""Restrict the processing of a customer's data."""

from __future__ import annotations

from uuid import UUID

from services.privacy.restrictions.schemas import RestrictionIn, RestrictionOut, RestrictionShownOut
from services.privacy.restrictions.service import restrict, show_restriction
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["restriction"])


@router.put("/customers/{customer_id}/restriction", dependencies=[requires("privacy:write")])
async def set_restriction(customer_id: UUID, body: RestrictionIn, tx: TxDep, caller: CallerDep) -> RestrictionOut:
    """Restrict, or lift the restriction; permits are refused while it stands."""
    changed = await restrict(tx, customer_id, body.restricted, caller.id)
    return RestrictionOut(customer_id=customer_id, restricted=body.restricted, changed=changed)


@router.get("/customers/{customer_id}/restriction", dependencies=[requires("privacy:read")])
async def get_restriction(customer_id: UUID, tx: TxDep) -> RestrictionShownOut:
    """Whether processing is restricted, and who changed that when."""
    return RestrictionShownOut.of(customer_id, await show_restriction(tx, customer_id))
