"""The gate's last question."""

from __future__ import annotations

from services.privacy.schemas.permits import PermitOut, PermitsIn, PermitsOut
from services.privacy.service.permits import grant_permits
from shared.web import APIRouter, ContextDep, TxDep, requires

router = APIRouter(tags=["permits"])


@router.post("/permits", dependencies=[requires("privacy:permits")])
async def ask_for_permits(body: PermitsIn, tx: TxDep, context: ContextDep) -> PermitsOut:
    """A permit or a reason for each message. Each asking gives new permits; none follows a withdrawal."""
    key = context.settings.installation_key.get_secret_value()
    answers = await grant_permits(tx, [item.question(key) for item in body.items])
    return PermitsOut(items=[PermitOut.of(item, answer) for item, answer in zip(body.items, answers, strict=True)])
