"""What callers say about consent: names turned into ids, times checked, then recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.privacy.domain.consent import Action, Line, Proof, Scope, Statement
from services.privacy.domain.suppression import SERVICE
from services.privacy.errors import (
    CustomerErased,
    CustomerIdNeeded,
    CustomerNotDerivable,
    InTheFuture,
    NoConsentNeeded,
    NothingSaid,
    OverBefore,
)
from services.privacy.repository import standings
from services.privacy.service.consents import record_consents, withdraw
from services.privacy.service.customers import Reference, resolve
from shared.customers.identifiers import choose_identifier
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


async def record(tx: Tx, key: str, drafts: Sequence[Draft]) -> list[Line | Refusal]:
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
    CustomerErased, NoConsentNeeded, NothingSaid."""
    _refuse_service(purpose)
    customer_id = _known((await resolve(tx, key, [customer]))[0])
    if _may_be_anothers(customer) and not await standings.read(tx, [customer_id]):
        raise NothingSaid(
            "Nobody said anything under this name, so nothing was withdrawn; perhaps the customer is known by another.",
            cure="Find the customer (POST /customers/search of customers) and send customer_id; "
            "to stop an address whoever has it, POST /suppressions.",
            where="/customer",
        )
    return await withdraw(tx, customer_id, proof, purpose=purpose, channel=channel)


async def find_customer(tx: Tx, key: str, customer: Reference) -> UUID:
    """The id of a customer whom nobody must take for another. Raises CustomerNotDerivable, CustomerIdNeeded."""
    if _may_be_anothers(customer):
        raise CustomerIdNeeded(
            "Who has this card or address may be known by another name: under this one nothing might be found.",
            cure="Find the customer (POST /customers/search of customers) and send customer_id.",
            where="/customer",
        )
    return _known((await resolve(tx, key, [customer]))[0])


def _statement(tx: Tx, draft: Draft, customer_id: UUID | None) -> Statement:
    _refuse_service(draft.purpose)
    said = draft.occurred_at or tx.now
    if said > tx.now + FUTURE_TOLERANCE * tx.clock.factor:
        raise InTheFuture(
            f"{said.isoformat()} is later than now.", cure="Send the time at which it was said.", where="/occurred_at"
        )
    if draft.expires_at is not None and draft.expires_at <= said:
        raise OverBefore(
            "The grant expires before it was given.", cure="Send a later expires_at, or none.", where="/expires_at"
        )
    scope = Scope(_known(customer_id), draft.purpose, draft.channel)
    return Statement(new_id(), scope, draft.action, said, draft.proof, draft.expires_at)


def _may_be_anothers(customer: Reference) -> bool:
    # A card or an address derives an id only of those who gave no external id; of others it is one name of several.
    chosen = None if customer.customer_id else choose_identifier(customer.identifiers)
    return chosen is not None and chosen.kind != "external_id"


def _known(customer_id: UUID | None) -> UUID:
    if customer_id is None:
        raise CustomerNotDerivable(
            "No identifier here may say who the customer is.",
            cure="Send customer_id, external_id, card or email; a phone is shared too often.",
            where="/customer",
        )
    return customer_id


def _refuse_service(purpose: str | None) -> None:
    if purpose == SERVICE:
        raise NoConsentNeeded(
            "Service messages need no consent.", cure="Use the purpose of the marketing.", where="/purpose"
        )


def _erased() -> CustomerErased:
    return CustomerErased(
        "This customer was erased; nothing is recorded under this id any more.",
        cure="If the person came back, name them by an identifier: they have a new id.",
    )
