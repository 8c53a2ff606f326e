"""The door for what people answer to messages."""

from __future__ import annotations

from services.privacy.identity.service import hashing_of
from services.privacy.inbound.schemas import InboundIn, InboundOut
from services.privacy.inbound.service import take_answer
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires

router = APIRouter(tags=["answers"])


@router.post("/inbound-messages", status_code=202, dependencies=[requires("privacy:inbound")])
async def take_inbound(body: InboundIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> InboundOut:
    """Take an answer: STOP and its like withdraw, everything else is passed on as a contact."""
    return InboundOut.of(await take_answer(tx, hashing_of(context.settings), body.answer(caller.id, tx.now)))
