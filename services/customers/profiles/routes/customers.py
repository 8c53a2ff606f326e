"""Create, read and change customers; their history."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.customers.config import Settings
from services.customers.profiles.schemas.customers import (
    ChangeOut,
    CustomerIn,
    CustomerOut,
    CustomerPatch,
    customer_out,
)
from services.customers.profiles.service import customers as service
from services.customers.profiles.service.updates import current_group
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.paging import DEFAULT_LIMIT, After, Limit, Page, encode_cursor, id_in
from shared.web.versions import VersionDep, etag

router = APIRouter(prefix="/customers", tags=["customers"])
SettingsDep = Annotated[Settings, Depends(app_settings)]


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
        identifiers=[
            identifier.offered(settings, f"/identifiers/{n}") for n, identifier in enumerate(body.identifiers)
        ],
    )
    group = await service.create_customer(tx, settings, draft, by=caller.id)
    response.headers["Location"] = f"/customers/{group.root.customer_id}"
    response.headers["ETag"] = etag(group.root.version)
    return customer_out(group)


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
    return Page(items=[ChangeOut.of(change) for change in found[:limit]], next=cursor)
