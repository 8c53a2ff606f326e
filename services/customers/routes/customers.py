"""Create, read, change, list and find customers; their history."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import AwareDatetime

from services.customers.domain.customer import Kind, Status
from services.customers.domain.finding import Filters, Position
from services.customers.errors import InvalidAttributes
from services.customers.routes.common import SettingsDep, VersionDep, etag, id_in
from services.customers.schemas.customers import (
    ChangeOut,
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    CustomerSummary,
    SearchIn,
    customer_out,
    summary_fields,
)
from services.customers.service import customers as service
from services.customers.service.profiles import current_group
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.paging import DEFAULT_LIMIT, After, InvalidCursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter(prefix="/customers", tags=["customers"])


@router.post("", status_code=201, dependencies=[requires("customers:write")])
async def create(
    tx: TxDep, caller: CallerDep, settings: SettingsDep, body: CustomerIn, response: Response
) -> CustomerOut:
    """Somebody new. 409 names the customer who has one of the identifiers."""
    draft = service.Draft(
        kind=body.kind,
        status=body.status,
        source=body.source,
        attributes=body.attributes,
        customer_id=body.customer_id,
        names=[one.name(settings.key, f"/identifiers/{n}") for n, one in enumerate(body.identifiers)],
    )
    group = await service.create_customer(tx, settings, draft, by=caller.id)
    response.headers["Location"] = f"/customers/{group.root.customer_id}"
    response.headers["ETag"] = etag(group.root.version)
    return customer_out(group)


@router.get("", dependencies=[requires("customers:read")])
async def list_customers(
    tx: TxDep,
    status: Status | None = None,
    kind: Kind | None = None,
    country: Annotated[str | None, Query(max_length=100)] = None,
    created_since: AwareDatetime | None = None,
    attribute: Annotated[list[str] | None, Query(max_length=10, description="name:value, all must be equal")] = None,
    after: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CustomerSummary]:
    """Customers in the order in which they became known. Aliases are left out: their survivors are listed."""
    filters = Filters(status, kind, country, created_since, await service.equalities(tx, _pairs(attribute or [])))
    found = await service.list_customers(tx, filters, _position(after), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    cursor = encode_cursor({"at": last.created_at, "id": last.customer_id}) if last else None
    return Page(items=[CustomerSummary(**summary_fields(one)) for one in found[:limit]], next=cursor)


@router.post("/search", dependencies=[requires("customers:read")])
async def search(tx: TxDep, settings: SettingsDep, body: SearchIn) -> Page[CustomerSummary]:
    """By exact identifier, or by the beginning of a name or e-mail. In a body, so that no log of paths shows it."""
    name = body.identifier.read(settings.key, "/identifier") if body.identifier else None
    found = await service.find_customers(
        tx, name=name, name_begins=body.name, email_begins=body.email, limit=body.limit
    )
    return Page(items=[CustomerSummary(**summary_fields(one)) for one in found], next=None)


@router.get("/{customer_id}", dependencies=[requires("customers:read")])
async def read(tx: TxDep, customer_id: UUID, response: Response) -> CustomerOut:
    """The customer now known under that id; after a merge that is the survivor."""
    group = await current_group(tx, customer_id)
    response.headers["ETag"] = etag(group.root.version)
    response.headers["Content-Location"] = f"/customers/{group.root.customer_id}"
    return customer_out(group)


@router.patch("/{customer_id}", dependencies=[requires("customers:write")])
async def change(
    tx: TxDep,
    caller: CallerDep,
    settings: SettingsDep,
    customer_id: UUID,
    version: VersionDep,
    body: CustomerPatch,
    response: Response,
) -> CustomerOut:
    """JSON merge patch. Needs If-Match with the ETag of your last read."""
    amendment = service.Amendment(body.kind, body.status, body.source, body.attributes)
    group = await service.change_customer(tx, settings, customer_id, amendment, version=version, by=caller.id)
    response.headers["ETag"] = etag(group.root.version)
    return customer_out(group)


@router.get("/{customer_id}/history", dependencies=[requires("customers:read")])
async def history(tx: TxDep, customer_id: UUID, after: After = None, limit: Limit = DEFAULT_LIMIT) -> Page[ChangeOut]:
    """Who changed what and when, the newest first."""
    found = await service.history_of(tx, customer_id, id_in(after), limit + 1)
    cursor = encode_cursor({"id": found[limit - 1].change_id}) if len(found) > limit else None
    return Page(items=[ChangeOut.of(one) for one in found[:limit]], next=cursor)


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
