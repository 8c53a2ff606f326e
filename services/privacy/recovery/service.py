"""Make good what the database has forgotten, so that nobody is written to who has refused since the backup."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Proof
from services.privacy.consents.service.withdrawals import withdraw_unless_erased
from services.privacy.erasures.domain import DEADLINE, Erasure, ErasureState
from services.privacy.erasures.repository import requests as erasures
from services.privacy.erasures.service.running import run
from services.privacy.identity.domain import CHANNELS, Address, known_as
from services.privacy.identity.service import addresses_of
from services.privacy.ledger_checks import repository as checks
from services.privacy.permits import repository as permits
from services.privacy.recovery.domain import Forgotten, forgotten
from services.privacy.restrictions.service import restrict
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.suppressions.domain import SuppressionReason
from services.privacy.suppressions.service import suppress
from shared.contracts.envelope import Envelope
from shared.contracts.privacy import AddressConsentChanged, ConsentChanged, ErasureRequested, SuppressionChanged
from shared.customers.traces import Naming
from shared.database.transaction import Tx

# Who recorded it, in the ledger and beside each change.
BY = "recovery"


async def recover(tx: Tx, naming: Naming, published: Sequence[Envelope[Any]], seen_ms: int) -> Forgotten:
    """Every refusal, suppression, restriction and erasure among `published` that this database has forgotten holds
    again, and permits may be given. Grants are not recovered: their proof is lost."""
    known = await checks.known_events(tx, [event.id for event in published])
    lost = forgotten(event for event in published if event.id not in known)
    for erasure in lost.erasures:
        await _erase(tx, naming, erasure)
    for refusal in lost.refusals:
        await _refuse(tx, refusal)
    for suppression in lost.suppressions:
        await _suppress(tx, suppression)
    for restriction in lost.restrictions:
        try:
            await restrict(tx, restriction.subject, True, BY)
        except CustomerErased:
            continue
    await checks.store_seen(tx, seen_ms)
    return lost


async def _refuse(tx: Tx, event: Envelope[ConsentChanged] | Envelope[AddressConsentChanged]) -> None:
    said = event.data
    at_address = isinstance(said, AddressConsentChanged)
    await withdraw_unless_erased(
        tx,
        None if at_address else event.subject,
        Proof(recorded_by=BY, basis="objection", evidence={"event": str(event.id)}, withdrawn_via="api"),
        addresses=[known_as(said.fingerprint, said.channel)] if isinstance(said, AddressConsentChanged) else [],
        purpose=None if said.purpose == EVERY_PURPOSE else said.purpose,
        channel=said.channel,
        occurred_at=event.time,
    )


async def _suppress(tx: Tx, event: Envelope[SuppressionChanged]) -> None:
    said = event.data
    addresses: list[Address]
    if said.fingerprint is not None:
        addresses = [(said.fingerprint, said.channel)]
    else:
        # A former release did not say which: of the customer's addresses all are meant.
        addresses = await _addresses(tx, event.subject, said.channel)
    reason = SuppressionReason(said.reason) if said.reason in list(SuppressionReason) else SuppressionReason.MANUAL
    await suppress(tx, addresses, reason, BY, customer_id=event.subject)


async def _addresses(tx: Tx, customer_id: UUID, channel: str) -> list[Address]:
    sent_to = {address for address in await permits.addresses_of(tx, [customer_id]) if address[1] == channel}
    owned = (await addresses_of(tx, [customer_id]))[customer_id]
    return sorted(sent_to | {address.on(channel) for address in owned if channel in address.channels})


async def _erase(tx: Tx, naming: Naming, event: Envelope[ErasureRequested]) -> None:
    """The request runs again under its own id: the other services look again, and give their receipts."""
    known = await erasures.lock(tx, event.data.request_id)
    if known is None:
        known = Erasure(
            erasure_id=event.data.request_id,
            customer_id=event.subject,
            aliases=tuple(event.data.aliases),
            state=ErasureState.WAITING,
            requested_by=BY,
            requested_at=event.time,
            due_at=event.time + DEADLINE,
            recorded_by=BY,
            addresses=tuple((hashed, channel) for hashed in event.data.fingerprints for channel in CHANNELS),
        )
        await erasures.store(tx, known)
    if known.state is ErasureState.WAITING:
        await run(tx, naming, known, BY)
