"""Settle a message whose outcome is unknown."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.messages.schemas import SettledOut, SettleIn
from services.campaigns.messages.service import settling
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["messages"])


@router.post("/messages/{message_id}/settle", dependencies=[requires("campaigns:send")])
async def settle(tx: TxDep, caller: CallerDep, message_id: UUID, body: SettleIn) -> SettledOut:
    """An operator's word on a message whose outcome is unknown. It is never sent again."""
    message = await settling.settle_unknown(tx, message_id, body.outcome, reason=body.note, by=caller.id)
    return SettledOut(id=message.id, outcome=body.outcome)
