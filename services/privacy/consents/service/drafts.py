"""Record and withdraw what callers send: names turned into ids, times checked, then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.privacy.consents.domain import Action, Line, Proof, Scope, Statement
from services.privacy.consents.errors import ExpiresTooEarly, InTheFuture, NoConsentNeeded, NothingRecorded
from services.privacy.consents.service.ledger import record_consents
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.identity.domain import Reference
from services.privacy.identity.service import require_id, resolve
from services.privacy.permits.domain import SERVICE_PURPOSE
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.errors import CustomerErased
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.ids import new_id

# Clocks of publishers differ by this much; it scales with a scaled business clock.
FUTURE_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller wants recorded. Without `occurred_at` it was said just now."""

    customer: Reference
    purpose: str
    channel: str
    action: Action
    proof: Proof
    occurred_at: datetime | None = None
    expires_at: datetime | None = None


async def record_drafts(tx: Tx, key: str, drafts: Sequence[Draft]) -> list[Line | Refusal]:
    """Each draft is in the ledger, or has its refusal; one that is refused does not hold up the others."""
    ids = await resolve(tx, key, [draft.customer for draft in drafts])
    outcomes: dict[int, Line | Refusal] = {}
    statements: dict[int, Statement] = {}
    for index, (draft, customer_id) in enumerate(zip(drafts, ids, strict=True)):
        try:
            statements[index] = _statement(tx, draft, customer_id)
        except Refusal as refused:
            outcomes[index] = refused
    lines = await record_consents(tx, list(statements.values()))
    for index, line in zip(statements, lines, strict=True):
        outcomes[index] = line or _erased()
    return [outcomes[index] for index in range(len(drafts))]


async def withdraw_for(
    tx: Tx, key: str, customer: Reference, proof: Proof, *, purpose: str | None, channel: str | None
) -> list[Line]:
    """The customer's consent is withdrawn, for one or every purpose and channel. Raises CustomerNotDerivable,
    CustomerErased, NoConsentNeeded, NothingRecorded."""
    _refuse_service(purpose)
    customer_id = require_id((await resolve(tx, key, [customer]))[0])
    if customer.may_be_another_customers and not await subject_locks.read(tx, [customer_id]):
        raise NothingRecorded(
            "Nobody said anything under this name, so nothing was withdrawn; perhaps the customer is known by another.",
            cure="Find the customer (POST /customers/search of customers) and send customer_id; "
            "to stop an address whoever has it, POST /suppressions.",
            where="/customer",
        )
    return await withdraw(tx, customer_id, proof, purpose=purpose, channel=channel)


def _statement(tx: Tx, draft: Draft, customer_id: UUID | None) -> Statement:
    _refuse_service(draft.purpose)
    occurred_at = draft.occurred_at or tx.now
    if occurred_at > tx.now + FUTURE_TOLERANCE * tx.clock.factor:
        raise InTheFuture(
            f"{occurred_at.isoformat()} is later than now.",
            cure="Send the time at which it was said.",
            where="/occurred_at",
        )
    if draft.expires_at is not None and draft.expires_at <= occurred_at:
        raise ExpiresTooEarly(
            "The grant expires before it was given.", cure="Send a later expires_at, or none.", where="/expires_at"
        )
    scope = Scope(require_id(customer_id), draft.purpose, draft.channel)
    return Statement(new_id(), scope, draft.action, occurred_at, draft.proof, draft.expires_at)


def _refuse_service(purpose: str | None) -> None:
    if purpose == SERVICE_PURPOSE:
        raise NoConsentNeeded(
            "Service messages need no consent.", cure="Use the purpose of the marketing.", where="/purpose"
        )


def _erased() -> CustomerErased:
    return CustomerErased(
        "This customer was erased; nothing is recorded under this id any more.",
        cure="If the person came back, name them by an identifier: they have a new id.",
    )
