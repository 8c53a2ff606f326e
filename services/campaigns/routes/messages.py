"""The ledger's rows."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.domain.ledger import MessageState
from services.campaigns.routes.versions import id_in
from services.campaigns.schemas.messages import MessageOut, SettledOut, SettleIn
from services.campaigns.service import reports, settling
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor

router = APIRouter(tags=["messages"])


@router.get("/campaigns/{campaign_id}/messages", dependencies=[requires("campaigns:read")])
async def list_messages(
    tx: TxDep,
    campaign_id: UUID,
    state: MessageState | None = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MessageOut]:
    """Who entered, and what became of the message."""
    found = await reports.messages(tx, campaign_id, after=id_in(after), state=state, limit=limit + 1)
    cursor = encode_cursor({"id": str(found[limit - 1].id)}) if len(found) > limit else None
    return Page(items=[MessageOut.of(one) for one in found[:limit]], next=cursor)


@router.post("/messages/{message_id}/settle", dependencies=[requires("campaigns:send")])
async def settle(tx: TxDep, caller: CallerDep, message_id: UUID, body: SettleIn) -> SettledOut:
    """An operator's word on a message whose outcome is unknown. It is never sent again."""
    message = await settling.settle_unknown(tx, message_id, body.outcome, reason=body.note, by=caller.id)
    return SettledOut(id=message.id, outcome=body.outcome)
