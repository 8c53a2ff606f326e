"""Ask for permits."""

from __future__ import annotations

from services.privacy.gate.schemas import PermitOut, PermitsIn, PermitsOut
from services.privacy.gate.service import grant_permits
from services.privacy.identity.service import hashing_of
from shared.web import APIRouter, ContextDep, TxDep, requires

router = APIRouter(tags=["permits"])


@router.post("/permits", dependencies=[requires("privacy:permits")])
async def ask_for_permits(body: PermitsIn, tx: TxDep, context: ContextDep) -> PermitsOut:
    """A permit or a reason for each message. Each asking gives new permits; none follows a withdrawal."""
    hashing = hashing_of(context.settings)
    answers = await grant_permits(tx, [request.question(hashing) for request in body.requests])
    return PermitsOut(
        results=[PermitOut.of(request, answer) for request, answer in zip(body.requests, answers, strict=True)]
    )
