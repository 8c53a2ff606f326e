"""Carts: everybody's, or one customer's."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.interactions.carts import service
from services.interactions.carts.schemas import CartFilter, CartOut
from shared.web import APIRouter, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(tags=["carts"], dependencies=[requires("interactions:read")])


@router.get("/carts")
async def list_carts(
    tx: TxDep,
    state: Annotated[CartFilter | None, Query(description="only those; all when absent")] = None,
    customer_id: Annotated[UUID | None, Query(description="of this customer, under any of their ids")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CartOut]:
    """Carts of known customers, those that were touched last first. Those of visitors who are nobody yet are not
    kept."""
    found = await service.list_carts(tx, state, customer_id, _key_in(after), limit + 1)
    cursor = None
    if len(found) > limit:
        last = found[limit - 1]
        cursor = encode_cursor({"touched_at": last.touched_at, "customer": last.customer_id, "cart": last.cart_id})
    return Page(items=[CartOut.of(cart) for cart in found[:limit]], next=cursor)


def _key_in(cursor: str | None) -> tuple[datetime, UUID, str] | None:
    if cursor is None:
        return None
    try:
        key = decode_cursor(cursor)
        time, cart = datetime.fromisoformat(key["touched_at"]), key["cart"]
        if time.tzinfo is None or not isinstance(cart, str) or "\x00" in cart:
            raise ValueError("no cursor of ours")
        return time, UUID(key["customer"]), cart
    except (KeyError, ValueError, TypeError, AttributeError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
