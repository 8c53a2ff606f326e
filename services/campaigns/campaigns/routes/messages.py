"""List a campaign's messages."""

from __future__ import annotations

from uuid import UUID

from services.campaigns.campaigns.schemas.messages import MessageOut
from services.campaigns.campaigns.service import reports
from services.campaigns.messages.domain.ledger import MessageState
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in

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
    return Page(items=[MessageOut.of(row) for row in found[:limit]], next=cursor)
