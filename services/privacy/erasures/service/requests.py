"""Take requests to be erased: deadlines, the identity check, reminders."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.privacy.erasures.domain import DEADLINE, Erasure, ErasureState
from services.privacy.erasures.errors import (
    AddressHasOwner,
    ErasureNotFound,
    ErasureNotRunning,
    IdentityAlreadyChecked,
    OneAddressNeeded,
)
from services.privacy.erasures.repository import requests as repository
from services.privacy.erasures.service.running import emit_request, erase_addresses, lock_reach, run
from services.privacy.holds.service import standing_over
from services.privacy.identity.domain import Address, Hashing, Reference
from services.privacy.identity.service import holders_of
from shared.contracts.envelope import Origin
from shared.customers.merges import groups_of
from shared.customers.traces import Naming
from shared.database.transaction import Tx
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Request:
    """What a data subject asks: who it is, who took the request, the addresses that must never be written to again and
    the ids that these derive."""

    customer_id: UUID
    requested_by: str
    identity_checked: bool
    addresses: tuple[Address, ...]
    recorded_by: str
    second_selves: tuple[UUID, ...] = ()


async def find_address(tx: Tx, hashing: Hashing, reference: Reference) -> UUID:
    """The subject of an address that nobody is known to have, for who wants everything erased that was said by it.
    Raises OneAddressNeeded, AddressHasOwner."""
    addresses = hashing.addresses(reference)
    if len(addresses) != 1 or not reference.names_an_address_alone:
        raise OneAddressNeeded(
            "With address_only the customer is named by one e-mail or one phone.",
            cure="Send one of both, or leave address_only out.",
            where="/customer",
        )
    if (await holders_of(tx, addresses))[addresses[0].fingerprint].owner is not None:
        raise AddressHasOwner(
            "A customer has this address; erasing the address alone would leave their data.",
            cure="Leave address_only out, or find the customer (POST /customers/search of customers).",
            where="/address_only",
        )
    return addresses[0].subjects[0]


async def request_erasure(tx: Tx, naming: Naming, request: Request) -> Erasure:
    """The request is recorded with its deadline; with the identity checked it runs, else it waits for the check.

    A second request for the same customer is the first one: it adds addresses, and the check if that was missing.
    """
    reach = await lock_reach(tx, request.customer_id, request.addresses, request.second_selves)
    found = await repository.open_for(tx, reach.members or [request.customer_id])
    erasure = found or Erasure(
        erasure_id=new_id(),
        customer_id=reach.current,
        aliases=tuple(member for member in reach.members if member != reach.current),
        state=ErasureState.WAITING,
        requested_by=request.requested_by,
        requested_at=tx.now,
        due_at=tx.now + DEADLINE,
        recorded_by=request.recorded_by,
        addresses=request.addresses,
        second_selves=request.second_selves,
    )
    if found is None:
        await repository.store(tx, erasure)
    else:
        erasure = replace(
            erasure,
            addresses=(*erasure.addresses, *request.addresses),
            second_selves=(*erasure.second_selves, *request.second_selves),
        )
        await repository.add_addresses(tx, erasure.erasure_id, request.addresses, request.second_selves)
        if erasure.state is ErasureState.RUNNING:
            await erase_addresses(tx, erasure.erasure_id, reach)
    if request.identity_checked and erasure.state is ErasureState.WAITING:
        await run(tx, naming, erasure, request.recorded_by)
    return await show_erasure(tx, erasure.erasure_id)


async def record_identity_check(tx: Tx, naming: Naming, erasure_id: UUID, checked_by: str) -> Erasure:
    """The person is who they say; the erasure runs, and who checked is kept. Raises ErasureNotFound,
    IdentityAlreadyChecked."""
    erasure = await _waiting(tx, erasure_id)
    await run(tx, naming, erasure, checked_by)
    return await show_erasure(tx, erasure_id)


async def reject_erasure(tx: Tx, erasure_id: UUID, rejected_by: str) -> Erasure:
    """The person is not who they say: nothing is erased, the addresses that were named are forgotten, and who refused
    is kept.

    Raises ErasureNotFound, IdentityAlreadyChecked.
    """
    await _waiting(tx, erasure_id, held_too=True)
    await repository.reject(tx, erasure_id, rejected_by)
    return await show_erasure(tx, erasure_id)


async def ask_again(tx: Tx, erasure_id: UUID) -> Erasure:
    """Every service is asked again, by a new event. Raises ErasureNotFound, ErasureNotRunning."""
    erasure = await _locked(tx, erasure_id)
    if erasure.state is not ErasureState.RUNNING:
        raise ErasureNotRunning(
            f"The erasure is {erasure.state.value}.", cure="Record the identity check first, or read the certificate."
        )
    await emit_request(tx, erasure, Origin.REPAIR)
    return await show_erasure(tx, erasure_id)


async def ask_again_unanswered(tx: Tx, before: datetime, limit: int) -> int:
    """Up to `limit` running requests about which nobody was asked since `before` are asked again; returns how many."""
    found = await repository.unanswered(tx, before, limit)
    for erasure_id in found:
        erasure = await repository.lock(tx, erasure_id)
        if erasure is not None and erasure.state is ErasureState.RUNNING:
            await emit_request(tx, erasure, Origin.REPAIR)
    return len(found)


async def held_erasures(tx: Tx, limit: int) -> list[UUID]:
    """Requests that wait for a legal hold to end, the oldest first."""
    return await repository.held(tx, limit)


async def go_on(tx: Tx, naming: Naming, erasure_id: UUID) -> bool:
    """The request runs if no hold stands over the customer any more; returns whether it does."""
    erasure = await repository.lock(tx, erasure_id)
    if erasure is None or not erasure.held or erasure.identity_checked_by is None:
        return False
    group = (await groups_of(tx, [erasure.customer_id]))[erasure.customer_id]
    if await standing_over(tx, {*group.members, *erasure.members}):
        return False
    await run(tx, naming, erasure, erasure.identity_checked_by)
    return True


async def show_erasure(tx: Tx, erasure_id: UUID) -> Erasure:
    """The request, its receipts and its certificate. Raises ErasureNotFound."""
    erasure = await repository.get(tx, erasure_id)
    if erasure is None:
        raise ErasureNotFound("There is no erasure with this id.")
    return erasure


async def list_erasures(
    tx: Tx, *, before: UUID | None, state: ErasureState | None, overdue: bool, limit: int
) -> list[Erasure]:
    """Requests, newest first."""
    return await repository.page(tx, before=before, state=state, overdue_at=tx.now if overdue else None, limit=limit)


async def count_overdue(tx: Tx) -> int:
    """How many requests have missed their deadline."""
    return await repository.count_overdue(tx, tx.now)


async def _locked(tx: Tx, erasure_id: UUID) -> Erasure:
    erasure = await repository.lock(tx, erasure_id)
    if erasure is None:
        raise ErasureNotFound("There is no erasure with this id.")
    return erasure


async def _waiting(tx: Tx, erasure_id: UUID, *, held_too: bool = False) -> Erasure:
    erasure = await _locked(tx, erasure_id)
    if erasure.state is not ErasureState.WAITING or (erasure.held and not held_too):
        raise IdentityAlreadyChecked("The identity was checked before; what came of it stands.")
    return erasure
