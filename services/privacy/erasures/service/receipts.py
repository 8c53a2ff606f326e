"""Collect the receipts of every service, and certify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.privacy.erasures.domain import (
    SERVICES,
    Certificate,
    Erasure,
    ErasureState,
    Outcome,
    Receipt,
    certify,
    missing,
    outcome_of,
)
from services.privacy.erasures.repository import requests as repository
from services.privacy.holds.domain import Hold
from services.privacy.holds.service import holds_of
from shared.contracts.privacy import ErasureCompleted
from shared.database.transaction import Tx
from shared.ids import new_id


async def record_receipt(
    tx: Tx, erasure_id: UUID, service: str, stores: Mapping[str, int], remaining: Mapping[str, int]
) -> bool:
    """The receipt is kept; the last clean one completes the request, with a certificate unless nobody was found.
    False for unknown requests.

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


async def _complete(tx: Tx, erasure: Erasure, receipts: Sequence[Receipt]) -> None:
    outcome = outcome_of(receipts, before=await repository.erased_before(tx, erasure.erasure_id, erasure.members))
    if outcome is Outcome.UNKNOWN_SUBJECT:
        # A certificate says that somebody was erased.
        await repository.complete(tx, erasure.erasure_id, outcome, None)
        return
    certificate = certify(new_id(), receipts, tx.now)
    await repository.complete(
        tx, erasure.erasure_id, outcome, _document(erasure, certificate, outcome, await holds_of(tx, erasure.members))
    )
    tx.publish(
        ErasureCompleted(
            request_id=erasure.erasure_id,
            certificate_id=certificate.certificate_id,
            log_clean_at=certificate.log_clean_at,
        ),
        subject=erasure.customer_id,
    )


def _document(erasure: Erasure, certificate: Certificate, outcome: Outcome, holds: Sequence[Hold]) -> dict[str, object]:
    """The certificate as it is kept and shown."""
    return {
        "certificate_id": str(certificate.certificate_id),
        "erasure_id": str(erasure.erasure_id),
        "outcome": outcome.value,
        "issued_at": certificate.issued_at.isoformat(),
        "requested_at": erasure.requested_at.isoformat(),
        "customer_ids": [str(member) for member in erasure.members],
        "services": list(SERVICES),
        "stores": {service: dict(counts) for service, counts in certificate.stores.items()},
        "held": [{"from": hold.placed_at.isoformat(), "until": hold.ends_at.isoformat()} for hold in holds],
        "remaining": 0,
        "topics_clean_at": {name: at.isoformat() for name, at in sorted(certificate.topics_clean_at.items())},
        "log_clean_at": certificate.log_clean_at.isoformat(),
    }
