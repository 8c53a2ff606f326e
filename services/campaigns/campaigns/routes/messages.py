"""List the messages of a campaign, and those to a customer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.campaigns.campaigns.schemas.messages import CustomerMessageOut, MessageOut
from services.campaigns.campaigns.service import reports
from services.campaigns.messages.domain.ledger import MessageState
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor, id_in

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


@router.get("/customers/{customer_id}/messages", dependencies=[requires("campaigns:read")])
async def list_messages_to(
    tx: TxDep, customer_id: UUID, after: After = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CustomerMessageOut]:
    """What was sent to this customer, under any of their ids, and what was not and why; newest first."""
    found = await reports.messages_to(tx, customer_id, before=_moment_in(after), limit=limit + 1)
    items = [CustomerMessageOut.of_written(written) for written in found[:limit]]
    more = len(found) > limit
    return Page(items=items, next=encode_cursor({"at": items[-1].enrolled_at, "id": items[-1].id}) if more else None)


def _moment_in(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    try:
        at, message_id = datetime.fromisoformat(str(key.get("at"))), UUID(str(key.get("id")))
    except ValueError:
        raise _invalid() from None
    if at.tzinfo is None:
        raise _invalid()
    return at, message_id


def _invalid() -> InvalidCursor:
    return InvalidCursor(
        "This cursor was not given out by this list.",
        cure="Pass `next` of the page before unchanged, or leave it out for the first page.",
        where="query:after",
    )
