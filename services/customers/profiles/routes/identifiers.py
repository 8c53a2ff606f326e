"""Give a customer an identifier, mark it, take it away."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from services.customers.config import Settings
from services.customers.profiles.schemas.customers import CustomerOut, customer_out
from services.customers.profiles.schemas.identifiers import IdentifierIn, IdentifierOut, IdentifierPatch
from services.customers.profiles.service import identifiers as service
from shared.web import APIRouter, CallerDep, TxDep, requires
from shared.web.context import app_settings
from shared.web.versions import OptionalVersionDep, etag

router = APIRouter(
    prefix="/customers/{customer_id}/identifiers", tags=["identifiers"], dependencies=[requires("customers:write")]
)
SettingsDep = Annotated[Settings, Depends(app_settings)]


@router.post("", status_code=201)
async def add(
    tx: TxDep,
    caller: CallerDep,
    settings: SettingsDep,
    customer_id: UUID,
    version: OptionalVersionDep,
    body: IdentifierIn,
    response: Response,
) -> IdentifierOut:
    """One more; 409 names the customer who has it. One that the customer has already is marked as sent."""
    group, added = await service.add_identifier(
        tx, settings, customer_id, body.offered(settings), version=version, by=caller.id
    )
    response.headers["ETag"] = etag(group.root.version)
    return IdentifierOut.of(added)


@router.patch("/{identifier_id}")
async def mark(
    tx: TxDep,
    caller: CallerDep,
    settings: SettingsDep,
    customer_id: UUID,
    identifier_id: UUID,
    version: OptionalVersionDep,
    body: IdentifierPatch,
    response: Response,
) -> CustomerOut:
    """Verified or not, preferred or not; preferring one un-prefers the others of its kind."""
    group = await service.mark_identifier(
        tx,
        settings,
        customer_id,
        identifier_id,
        verified=body.verified,
        preferred=body.preferred,
        version=version,
        by=caller.id,
    )
    response.headers["ETag"] = etag(group.root.version)
    return customer_out(group)


@router.delete("/{identifier_id}")
async def remove(
    tx: TxDep,
    caller: CallerDep,
    settings: SettingsDep,
    customer_id: UUID,
    identifier_id: UUID,
    version: OptionalVersionDep,
    response: Response,
) -> CustomerOut:
    """Taken away: whoever comes with it from now on is somebody new."""
    group = await service.remove_identifier(tx, settings, customer_id, identifier_id, version=version, by=caller.id)
    response.headers["ETag"] = etag(group.root.version)
    return customer_out(group)
