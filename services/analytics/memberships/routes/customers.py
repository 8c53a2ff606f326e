"""One customer's memberships over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.analytics.memberships.schemas import MembershipOut, MoveOut
from services.analytics.memberships.service import members as membership
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/customers/{customer_id}", tags=["customers"], dependencies=[requires("analytics:read")])


@router.get("/segments")
async def list_segments_of_customer(customer_id: UUID, tx: TxDep) -> list[MembershipOut]:
    """The segments that the customer is in now. A merged customer is asked for by its survivor's memberships."""
    return [MembershipOut(**row) for row in await membership.of_customer(tx, customer_id)]


@router.get("/history")
async def list_moves_of_customer(
    customer_id: UUID,
    tx: TxDep,
    segment_id: Annotated[UUID | None, Query()] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: After = None,
) -> Page[MoveOut]:
    """What the customer entered and left, the newest first."""
    rows = await membership.history(tx, customer_id, segment_id, _number_in(after), limit + 1)
    items = [MoveOut(**{**row, "change": "entered" if row["entered"] else "left"}) for row in rows[:limit]]
    return Page(items=items, next=encode_cursor({"id": items[-1].id}) if len(rows) > limit else None)


def _number_in(cursor: str | None) -> int | None:
    """The number after which a page begins. Raises InvalidCursor."""
    if cursor is None:
        return None
    number = decode_cursor(cursor).get("id")
    if not isinstance(number, int):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after")
    return number
