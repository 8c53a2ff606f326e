"""One box to find customers by."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.customers.config import Settings
from services.customers.profiles.schemas.customers import summary_fields
from services.customers.search import service
from services.customers.search.domain import Hit
from services.customers.search.schemas import FindIn, FoundOut
from shared.web import APIRouter, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import InvalidCursor, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/customers", tags=["customers"], dependencies=[requires("customers:read")])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.post("/find")
async def find(tx: TxDep, settings: SettingsDep, body: FindIn) -> Page[FoundOut]:
    """Find customers by whatever is known of them, the best match first. In a body: no log of paths shows it."""
    found = await service.find(tx, settings, body.text, body.limits(), _position(body.after), body.limit + 1)
    items = [FoundOut(**summary_fields(record), score=score) for record, score in found[: body.limit]]
    more = len(found) > body.limit
    cursor = encode_cursor({"score": items[-1].score, "id": items[-1].customer_id}) if more else None
    return Page(items=items, next=cursor)


def _position(cursor: str | None) -> Hit | None:
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    score, found = key.get("score"), str(key.get("id"))
    try:
        if not isinstance(score, int | float):
            raise ValueError("no score")
        return Hit(UUID(found), float(score))
    except ValueError:
        raise InvalidCursor("This cursor was not given out by this list.", where="/after") from None
