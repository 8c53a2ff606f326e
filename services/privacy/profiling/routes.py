"""Object to profiling, lift the objection, and show it."""

from __future__ import annotations

from uuid import UUID

from services.privacy.profiling.schemas import ProfilingIn, ProfilingOut
from services.privacy.profiling.service import lift_objection, object_to_profiling, show_objection
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["profiling"])


@router.put("/customers/{customer_id}/profiling", dependencies=[requires("privacy:write")])
async def set_profiling(customer_id: UUID, body: ProfilingIn, tx: TxDep, caller: CallerDep) -> ProfilingOut:
    """The customer objects to being scored and segmented, or does no longer."""
    act = object_to_profiling if body.objects else lift_objection
    lines = await act(tx, customer_id, caller.id, body.how)
    return ProfilingOut.of(customer_id, await show_objection(tx, customer_id), changed=bool(lines))


@router.get("/customers/{customer_id}/profiling", dependencies=[requires("privacy:read")])
async def get_profiling(customer_id: UUID, tx: TxDep) -> ProfilingOut:
    """Whether the customer objects to being scored and segmented."""
    return ProfilingOut.of(customer_id, await show_objection(tx, customer_id))
