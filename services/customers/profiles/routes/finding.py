"""List and find customers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.customers.attributes.domain.definitions import Kind
from services.customers.config import Settings
from services.customers.identifiers.domain import UnusableIdentifier, known_names, read_identifier
from services.customers.identifiers.errors import InvalidIdentifier
from services.customers.profiles.domain.customer import Status
from services.customers.profiles.domain.finding import Filters, Position, words_of
from services.customers.profiles.errors import InvalidAttributes
from services.customers.profiles.schemas.customers import CustomerSummary, SearchIn, summary_fields
from services.customers.profiles.service import finding as service
from shared.contracts.times import Instant
from shared.web import APIRouter, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/customers", tags=["customers"])
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.get("", dependencies=[requires("customers:read")])
async def list_customers(
    tx: TxDep,
    settings: SettingsDep,
    status: Status | None = None,
    kind: Kind | None = None,
    country: Annotated[str | None, Query(max_length=100)] = None,
    created_since: Instant | None = None,
    name: Annotated[
        str | None,
        Query(min_length=2, max_length=200, description="beginnings of words of the name, in any order: `lovel ada`"),
    ] = None,
    phone: Annotated[
        str | None,
        Query(max_length=40, description="a number in any spelling; without a country it is one of `PHONE_REGION`"),
    ] = None,
    attribute: Annotated[list[str] | None, Query(max_length=10, description="name:value, all must be equal")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CustomerSummary]:
    """Customers in the order in which they became known. Aliases are left out: their survivors are listed. What may
    stand in no log of paths goes to `POST /customers/search`."""
    wanted = await service.equalities(tx, _pairs(attribute or []))
    words = None if name is None else words_of(name)
    phones = None if phone is None else _phones(settings, phone)
    filters = Filters(status, kind, country, created_since, wanted, words, phones)
    found = await service.list_customers(tx, filters, _position(after), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    cursor = encode_cursor({"at": last.created_at, "id": last.customer_id}) if last else None
    return Page(items=[CustomerSummary(**summary_fields(record)) for record in found[:limit]], next=cursor)


@router.post("/search", dependencies=[requires("customers:read")])
async def search(tx: TxDep, settings: SettingsDep, body: SearchIn) -> Page[CustomerSummary]:
    """By exact identifier, or by the beginning of a name or e-mail. In a body, so that no log of paths shows it."""
    identifier = body.identifier.read(settings, "/identifier") if body.identifier else None
    found = await service.find_customers(
        tx, identifier=identifier, name_begins=body.name, email_begins=body.email, limit=body.limit
    )
    return Page(items=[CustomerSummary(**summary_fields(record)) for record in found], next=None)


def _phones(settings: Settings, phone: str) -> tuple[str, ...]:
    try:
        read = read_identifier(settings.key, "phone", phone, region=settings.phone_region)
    except UnusableIdentifier as fault:
        cure = "Send it as it is dialled."
        raise InvalidIdentifier(f"This phone {fault}.", cure=cure, where="query:phone") from None
    return tuple(known_names([read]))


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in texts:
        name, colon, value = text.partition(":")
        if not colon or not name:
            raise InvalidAttributes(
                [{"where": "query:attribute", "what": "must be name:value", "cure": "Send attribute=city:London."}]
            )
        pairs.append((name, value))
    return pairs


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    key = decode_cursor(cursor)
    try:
        at = datetime.fromisoformat(str(key["at"]))
        if at.tzinfo is None:
            raise ValueError("no time zone")
        return Position(at, UUID(str(key["id"])))
    except (KeyError, ValueError):
        raise InvalidCursor("This cursor was not given out by this list.", where="query:after") from None
