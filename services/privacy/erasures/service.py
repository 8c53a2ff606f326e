"""Erase customers: suppress their addresses, set the tombstone, collect the receipts of every service, certify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.privacy.erasures import repository
from services.privacy.erasures.domain import (
    DEADLINE,
    SERVICES,
    Certificate,
    Erasure,
    ErasureState,
    Receipt,
    certify,
    missing,
)
from services.privacy.erasures.errors import ErasureNotFound, ErasureNotRunning, IdentityAlreadyChecked
from services.privacy.identity import repository as identity
from services.privacy.identity.domain import CHANNELS, Address
from services.privacy.permits import repository as permits
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.service import lock_subjects
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress_silently
from shared.contracts.envelope import Origin
from shared.contracts.privacy import ErasureCompleted, ErasureRequested
from shared.database.transaction import Tx
from shared.ids import new_id

THIS_SERVICE = "privacy"
BY_ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Request:
    """What a data subject asks: who it is, who took the request, the addresses that must never be written to again."""

    customer_id: UUID
    requested_by: str
    identity_checked: bool
    addresses: tuple[Address, ...]
    recorded_by: str


async def request_erasure(tx: Tx, request: Request) -> Erasure:
    """The request is recorded with its deadline; with the identity checked it runs, else it waits for the check.

    A second request for the same customer is the first one: it adds addresses, and the check if that was missing.
    """
    locked = await lock_subjects(tx, [request.customer_id])
    group = locked.groups[request.customer_id]
    found = await repository.open_for(tx, group.members)
    erasure = found or Erasure(
        erasure_id=new_id(),
        customer_id=group.current,
        aliases=tuple(member for member in group.members if member != group.current),
        state=ErasureState.WAITING,
        requested_by=request.requested_by,
        requested_at=tx.now,
        due_at=tx.now + DEADLINE,
        recorded_by=request.recorded_by,
        addresses=request.addresses,
    )
    if found is None:
        await repository.store(tx, erasure)
    elif erasure.state is ErasureState.RUNNING:
        await _suppress(tx, request.addresses)
    else:
        erasure = replace(erasure, addresses=(*erasure.addresses, *request.addresses))
        await repository.add_addresses(tx, erasure.erasure_id, request.addresses)
    if request.identity_checked and erasure.state is ErasureState.WAITING:
        await _run(tx, erasure)
    return await show_erasure(tx, erasure.erasure_id)


async def record_identity_check(tx: Tx, erasure_id: UUID) -> Erasure:
    """The person is who they say; the erasure runs. Raises ErasureNotFound, IdentityAlreadyChecked."""
    erasure = await _locked(tx, erasure_id)
    if erasure.state is not ErasureState.WAITING:
        raise IdentityAlreadyChecked("The identity was checked before; what came of it stands.")
    await _run(tx, erasure)
    return await show_erasure(tx, erasure_id)


async def reject_erasure(tx: Tx, erasure_id: UUID) -> Erasure:
    """The person is not who they say: nothing is erased, and the addresses that were named are forgotten.

    Raises ErasureNotFound, IdentityAlreadyChecked.
    """
    erasure = await _locked(tx, erasure_id)
    if erasure.state is not ErasureState.WAITING:
        raise IdentityAlreadyChecked("The identity was checked before; what came of it stands.")
    await repository.reject(tx, erasure_id)
    return await show_erasure(tx, erasure_id)


async def ask_again(tx: Tx, erasure_id: UUID) -> Erasure:
    """Every service is asked again, by a new event. Raises ErasureNotFound, ErasureNotRunning."""
    erasure = await _locked(tx, erasure_id)
    if erasure.state is not ErasureState.RUNNING:
        raise ErasureNotRunning(
            f"The erasure is {erasure.state.value}.", cure="Record the identity check first, or read the certificate."
        )
    await _emit_request(tx, erasure, Origin.REPAIR)
    return await show_erasure(tx, erasure_id)


async def ask_again_unanswered(tx: Tx, before: datetime, limit: int) -> int:
    """Up to `limit` running requests about which nobody was asked since `before` are asked again; returns how many."""
    found = await repository.unanswered(tx, before, limit)
    for erasure_id in found:
        erasure = await repository.lock(tx, erasure_id)
        if erasure is not None and erasure.state is ErasureState.RUNNING:
            await _emit_request(tx, erasure, Origin.REPAIR)
    return len(found)


async def record_receipt(
    tx: Tx, erasure_id: UUID, service: str, stores: Mapping[str, int], remaining: Mapping[str, int]
) -> bool:
    """The receipt is kept; the last clean one completes the request, with a certificate. False for unknown requests.

    A receipt that comes after the certificate changes nothing.
    """
    erasure = await repository.lock(tx, erasure_id)
    if erasure is None:
        return False
    if erasure.state is not ErasureState.RUNNING:
        return True
    earlier = {receipt.service: receipt for receipt in erasure.receipts}
    receipt = Receipt(service, stores, remaining, tx.now).after(earlier.get(service))
    await repository.store_receipt(tx, erasure_id, receipt)
    receipts = list({**earlier, service: receipt}.values())
    if not missing(receipts):
        await _complete(tx, erasure, receipts)
    return True


async def suppress_retired(tx: Tx, customer_id: UUID, fingerprint: str) -> None:
    """An identifier of a customer under erasure was retired: its hash goes on the list, whichever kind it is of.

    The hash of a card or an external id matches no address, so listing it costs nothing.
    """
    if await repository.open_for(tx, [customer_id]) is not None:
        await _suppress(tx, [(fingerprint, channel) for channel in CHANNELS])


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


async def _run(tx: Tx, erasure: Erasure) -> None:
    """Hashes, tombstones, own stores, and the event that asks the others: one transaction."""
    group = (await identity.groups(tx, [erasure.customer_id]))[erasure.customer_id]
    members = sorted({*erasure.members, *group.members})
    aliases = tuple(member for member in members if member != erasure.customer_id)
    await subject_locks.lock(tx, members)
    await _suppress(tx, [*erasure.addresses, *await permits.addresses_of(tx, members)])
    versions = await subject_locks.next_versions(tx, len(members))
    await subject_locks.add_tombstones(tx, dict(zip(members, versions, strict=True)))
    erased = await repository.erase_own(tx, members)
    await repository.start(tx, erasure.erasure_id, aliases)
    receipt = Receipt(THIS_SERVICE, erased, await repository.count_own(tx, members), tx.now)
    await repository.store_receipt(tx, erasure.erasure_id, receipt)
    await _emit_request(tx, replace(erasure, aliases=aliases, state=ErasureState.RUNNING), Origin.LIVE)


async def _emit_request(tx: Tx, erasure: Erasure, origin: Origin) -> None:
    tx.publish(
        ErasureRequested(request_id=erasure.erasure_id, aliases=list(erasure.aliases)),
        subject=erasure.customer_id,
        origin=origin,
    )
    await repository.note_asked(tx, erasure.erasure_id)


async def _suppress(tx: Tx, addresses: Sequence[Address]) -> None:
    # No event: the tombstone says more, and to everybody.
    await suppress_silently(tx, addresses, SuppressionReason.ERASED, BY_ERASURE)


async def _complete(tx: Tx, erasure: Erasure, receipts: Sequence[Receipt]) -> None:
    certificate = certify(new_id(), receipts, tx.now)
    await repository.complete(tx, erasure.erasure_id, _document(erasure, certificate))
    tx.publish(
        ErasureCompleted(
            request_id=erasure.erasure_id,
            certificate_id=certificate.certificate_id,
            log_clean_at=certificate.log_clean_at,
        ),
        subject=erasure.customer_id,
    )


def _document(erasure: Erasure, certificate: Certificate) -> dict[str, object]:
    """The certificate as it is kept and shown."""
    return {
        "certificate_id": str(certificate.certificate_id),
        "erasure_id": str(erasure.erasure_id),
        "issued_at": certificate.issued_at.isoformat(),
        "requested_at": erasure.requested_at.isoformat(),
        "customer_ids": [str(member) for member in erasure.members],
        "services": list(SERVICES),
        "stores": {service: dict(counts) for service, counts in certificate.stores.items()},
        "remaining": 0,
        "topics_clean_at": {name: at.isoformat() for name, at in sorted(certificate.topics_clean_at.items())},
        "log_clean_at": certificate.log_clean_at.isoformat(),
    }
