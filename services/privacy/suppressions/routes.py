"""The suppression list. Addresses come in bodies only: paths and queries end up in logs."""

from __future__ import annotations

from services.privacy.identity.domain import Address, NamedAddress
from services.privacy.identity.service import hashing_of
from services.privacy.suppressions import service
from services.privacy.suppressions.domain import SuppressionReason, concern
from services.privacy.suppressions.schemas import (
    ChangedOut,
    CheckOut,
    ChecksIn,
    ChecksOut,
    EntryOut,
    RemovalOut,
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
        [address.on(named.channel) for named, address in _hashed(context, body.addresses)],
        SuppressionReason(body.reason),
        caller.id,
        customer_id=body.customer_id,
    )
    return ChangedOut(changed=len(added))


@router.post("/removals", dependencies=[requires("privacy:write")])
async def remove_suppressions(body: RemovalsIn, tx: TxDep, context: ContextDep, caller: CallerDep) -> ChangedOut:
    """Take addresses off the list. What a person did or asked (`erased`, `complained`) needs the scope privacy:admin;
    without it these reasons stay."""
    removed = await service.lift(
        tx,
        [(address, named.channel) for named, address in _hashed(context, body.addresses)],
        body.reason,
        caller.id,
        protected_too=service.LIFTING_SCOPE in caller.scopes,
        customer_id=body.customer_id,
    )
    return ChangedOut(changed=len(removed))


@router.post("/checks", dependencies=[requires("privacy:read")])
async def check_suppressions(body: ChecksIn, tx: TxDep, context: ContextDep) -> ChecksOut:
    """Are these addresses on the list, and why? Were they, and who took them off?"""
    asked = _hashed(context, body.addresses)
    found = await service.find_suppressions(tx, _listed(asked))
    removed = await service.find_removals(tx, _listed(asked))
    items = []
    for named, address in asked:
        listed = {address.on(named.channel), *address.formerly_on(named.channel)}
        entries = [EntryOut.of(entry) for entry in concern(found, address, named.channel)]
        removals = [RemovalOut.of_removal(removal) for removal in removed if removal.entry.address in listed]
        items.append(CheckOut(channel=named.channel, suppressed=bool(entries), entries=entries, removals=removals))
    return ChecksOut(items=items)


def _hashed(context: AppContext, addresses: list[AddressIn]) -> list[tuple[AddressIn, NamedAddress]]:
    hashing = hashing_of(context.settings)
    return [(named, hashing.address(named.channel, named.address)) for named in addresses]


def _listed(addresses: list[tuple[AddressIn, NamedAddress]]) -> list[Address]:
    """Under every hash by which the list may know them."""
    return [
        listed
        for named, address in addresses
        for listed in (address.on(named.channel), *address.formerly_on(named.channel))
    ]
