"""Restrict the processing of a customer's data."""

from __future__ import annotations

from uuid import UUID

from services.privacy.restrictions.schemas import RestrictionIn, RestrictionOut
from services.privacy.restrictions.service import restrict
from shared.web import APIRouter, TxDep, requires

router = APIRouter(tags=["restriction"])


@router.put("/customers/{customer_id}/restriction", dependencies=[requires("privacy:write")])
async def set_restriction(customer_id: UUID, body: RestrictionIn, tx: TxDep) -> RestrictionOut:
    """Restrict, or lift the restriction; permits are refused while it stands."""
    changed = await restrict(tx, customer_id, body.restricted)
    return RestrictionOut(customer_id=customer_id, restricted=body.restricted, changed=changed)
