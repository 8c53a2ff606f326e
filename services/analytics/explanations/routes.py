"""Explanations over HTTP."""

from __future__ import annotations

from uuid import UUID

from services.analytics.explanations import service as explaining
from services.analytics.explanations.schemas import ExplanationOut, ReasonOut
from services.analytics.segments.service.programs import Programs
from shared.web import APIRouter, ContextDep, TxDep, requires

router = APIRouter(
    prefix="/segments/{segment_id}/explain/{customer_id}", tags=["segments"], dependencies=[requires("analytics:read")]
)


@router.get("")
async def explain_membership(segment_id: UUID, customer_id: UUID, tx: TxDep, context: ContextDep) -> ExplanationOut:
    """Why in, why out, and when that will change by itself."""
    programs = context.extras.setdefault("programs", Programs())
    found = await explaining.explain_membership(tx, programs, segment_id, customer_id)
    at, changes_at = explaining.moments(found)
    return ExplanationOut(
        segment_id=segment_id,
        customer_id=customer_id,
        version=found.version,
        inside=found.inside,
        at=at,
        changes_at=changes_at,
        reason=ReasonOut(**explaining.as_json(found.reason)),
    )
