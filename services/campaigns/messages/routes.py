"""Settle a message whose outcome is unknown, and send again what failed."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.messages.schemas import SendAgainIn, SentAgainOut, SettledOut, SettleIn
from services.campaigns.messages.service import again, settling
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(tags=["messages"])


@router.post("/messages/{message_id}/settle", dependencies=[requires("campaigns:send")])
async def settle(tx: TxDep, caller: CallerDep, message_id: UUID, body: SettleIn) -> SettledOut:
    """An operator's word on a message whose outcome is unknown. It is never sent again."""
    message = await settling.settle_unknown(tx, message_id, body.outcome, reason=body.note, by=caller.id)
    return SettledOut(id=message.id, outcome=body.outcome)


@router.post("/messages/send-again", dependencies=[requires("campaigns:send")])
async def send_again(tx: TxDep, body: SendAgainIn) -> SentAgainOut:
    """What failed waits again and meets every rule anew; never what was handed over or may have been, nor what bounced.
    At most 10,000 a call: repeat it until `left` is 0. With `dry_run` they are only counted."""
    return SentAgainOut.of(await again.send_again(tx, body.query(), body.keep_for, dry_run=body.dry_run))
