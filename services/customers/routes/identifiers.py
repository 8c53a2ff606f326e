"""Identifiers of a customer."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from services.customers.routes.common import OptionalVersionDep, SettingsDep, etag
from services.customers.schemas.customers import CustomerOut, customer_out
from services.customers.schemas.identifiers import IdentifierIn, IdentifierOut, IdentifierPatch
from services.customers.service import identifiers as service
from shared.web import APIRouter, CallerDep, TxDep, requires

router = APIRouter(
    prefix="/customers/{customer_id}/identifiers", tags=["identifiers"], dependencies=[requires("customers:write")]
)


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
        tx, settings, customer_id, body.name(settings.key), version=version, by=caller.id
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
