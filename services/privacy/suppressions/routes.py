"""The suppression list. Addresses come in bodies only: paths and queries end up in logs."""

from __future__ import annotations

from services.privacy.identity.domain import Address, address_of
from services.privacy.suppressions import service
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.schemas import (
    ChangedOut,
    CheckOut,
    ChecksIn,
    ChecksOut,
    EntryOut,
    RemovalsIn,
    SuppressionsIn,
)
from shared.contracts.addressing import AddressIn
from shared.web import APIRouter, CallerDep, ContextDep, TxDep, requires
from shared.web.context import AppContext

router = APIRouter(prefix="/suppressions", tags=["suppression"])


@router.post("", status_code=201, dependencies=[requires("privacy:write")])
async def add_suppressions(body: SuppressionsIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ChangedOut:
    """Put addresses on the list."""
    added = await service.suppress(
        tx,
        _hashed(context, body.addresses),
        SuppressionReason(body.reason),
        caller.id,
        customer_id=body.customer_id,
    )
    return ChangedOut(changed=len(added))


@router.post("/removals", dependencies=[requires("privacy:write")])
async def remove_suppressions(body: RemovalsIn, tx: TxDep, context: ContextDep) -> ChangedOut:
    """Take addresses off the list."""
    removed = await service.lift(tx, _hashed(context, body.addresses), body.reason, customer_id=body.customer_id)
    return ChangedOut(changed=len(removed))


@router.post("/checks", dependencies=[requires("privacy:read")])
async def check_suppressions(body: ChecksIn, tx: TxDep, context: ContextDep) -> ChecksOut:
    """Are these addresses on the list, and why?"""
    asked = _hashed(context, body.addresses)
    found = await service.find_suppressions(tx, asked)
    items = []
    for address in asked:
        entries = [
            EntryOut(reason=entry.reason, since=entry.since, recorded_by=entry.recorded_by)
            for entry in found
            if entry.address == address
        ]
        items.append(CheckOut(channel=address[1], suppressed=bool(entries), entries=entries))
    return ChecksOut(items=items)


def _hashed(context: AppContext, addresses: list[AddressIn]) -> list[Address]:
    key = context.settings.installation_key.get_secret_value()
    return [address_of(key, named.channel, named.address) for named in addresses]
