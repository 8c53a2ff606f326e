"""Record and withdraw what callers send: names turned into ids and addresses, times checked, then recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from services.privacy.consents.domain.ledger import Action, Given, Line, Proof, Scope, Statement
from services.privacy.consents.errors import ExpiresTooEarly, InTheFuture, NoConsentNeeded, NothingRecorded
from services.privacy.consents.service.addresses import are_blocked, tell_owners
from services.privacy.consents.service.ledger import append_to_ledger
from services.privacy.consents.service.withdrawals import withdraw
from services.privacy.identity.domain import NOBODY, OWNED_KINDS, Hashing, Holder, NamedAddress, Reference, kind_of
from services.privacy.identity.errors import CustomerNotDerivable
from services.privacy.identity.service import holders_of, require_id, resolve
from services.privacy.notices.domain import NoticeKey, missing_proof
from services.privacy.notices.service import Catalogue, read_catalogue
from services.privacy.permits.domain import SERVICE_PURPOSE
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.customers.owners import owners_of
from shared.database.transaction import Tx
from shared.errors import Refusal
from shared.ids import new_id

# Clocks of publishers differ by this much; it scales with a scaled business clock.
FUTURE_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a caller wants recorded. Without `occurred_at` it was said just now. `notice` names the wording, where it is
    one that is kept. What a browser's key says (`trusted` is false) is no grant before its address confirms it."""

    customer: Reference
    purpose: str
    channel: str
    action: Action
    proof: Proof
    occurred_at: datetime | None = None
    expires_at: datetime | None = None
    notice: NoticeKey | None = None
    trusted: bool = True
    consent_id: UUID | None = None

    def named(self, consent_id: UUID) -> Draft:
        """The same under an id that its sender has derived."""
        return replace(self, consent_id=consent_id)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The line of a statement: the customer's, or the address's when nobody is known to have it. `blocked`: it is a
    grant, and a refusal by the customer's address holds nevertheless."""

    line: Line
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class _Meant:
    """Whom a draft is about: the customer, if one is named, and the address, if one of the channel's kind is."""

    customer_id: UUID | None
    address: NamedAddress | None
    holder: Holder
    alone: bool

    @property
    def given(self) -> Given | None:
        if self.address is None:
            return None
        return Given(self.address.fingerprint, self.holder.generation, self.alone)


async def record_drafts(tx: Tx, hashing: Hashing, drafts: Sequence[Draft]) -> list[Recorded | Refusal]:
    """Each draft is in the ledger, or has its refusal; one that is refused does not hold up the others.

    A statement that names an address stands at the address, and at the customer who is named or owns it. A grant that
    nothing proves is kept and permits nothing.
    """
    catalogue = await read_catalogue(tx, [draft.notice for draft in drafts if draft.notice is not None])
    ids = await resolve(tx, hashing, [draft.customer for draft in drafts])
    named = [_address(hashing, draft) for draft in drafts]
    addresses = [address for address in named if address is not None]
    locked = await lock_subjects(
        tx, {found for found in ids if found is not None}, addresses={address.subjects[0] for address in addresses}
    )
    holders = await holders_of(tx, addresses)
    outcomes: dict[int, Recorded | Refusal] = {}
    statements: dict[int, list[Statement]] = {}
    for index, (draft, customer_id, address) in enumerate(zip(drafts, ids, named, strict=True)):
        holder = holders[address.fingerprint] if address is not None else NOBODY
        try:
            meant = _Meant(customer_id, address, holder, draft.customer.names_an_address_alone)
            statements[index] = _statements(tx, worded(draft, catalogue), meant, locked, catalogue)
        except Refusal as refused:
            outcomes[index] = refused
    lines = iter(await append_to_ledger(tx, [statement for found in statements.values() for statement in found]))
    written = {index: [next(lines) for _ in found] for index, found in statements.items()}
    primary = {index: found[0] for index, found in written.items()}
    blocked = await are_blocked(tx, locked, list(primary.values()))
    await tell_owners(tx, _waiting(primary.values()))
    for (index, line), is_blocked in zip(primary.items(), blocked, strict=True):
        outcomes[index] = Recorded(line, is_blocked)
    return [outcomes[index] for index in range(len(drafts))]


async def withdraw_for(
    tx: Tx, hashing: Hashing, customer: Reference, proof: Proof, *, purpose: str | None, channel: str | None
) -> list[Line]:
    """Consent is withdrawn for the customer and at every address that is named, for one or every purpose and channel.
    Raises CustomerNotDerivable, CustomerErased, NoConsentNeeded, NothingRecorded."""
    _refuse_service(purpose)
    if purpose is not None:
        (await read_catalogue(tx)).purpose(purpose)
    addresses = hashing.addresses(customer)
    customer_id = (await resolve(tx, hashing, [customer]))[0]
    if customer_id is not None and await _may_be_another(tx, hashing, customer, customer_id):
        if not addresses:
            raise NothingRecorded(
                "Nobody said anything under this card, so nothing was withdrawn; perhaps the customer is known by "
                "another name.",
                cure="Find the customer (POST /customers/search of customers) and send customer_id, or send the "
                "e-mail: what is withdrawn by an address holds for it, whoever has it.",
                where="/customer",
            )
        customer_id = None
    if customer_id is None and not addresses:
        require_id(customer_id)
    return await withdraw(tx, customer_id, proof, addresses=addresses, purpose=purpose, channel=channel)


async def _may_be_another(tx: Tx, hashing: Hashing, customer: Reference, customer_id: UUID) -> bool:
    """A card that nobody is known to have derives an id only of those who gave no external id; of others it is one
    name of several, and the id that it derives is not theirs."""
    identifier = customer.deriving
    if identifier is None or identifier.kind != "card" or await owners_of(tx, hashing.hashes(identifier)):
        return False
    return not await subject_locks.read(tx, [customer_id])


def _address(hashing: Hashing, draft: Draft) -> NamedAddress | None:
    kind = kind_of(draft.channel)
    return next((address for address in hashing.addresses(draft.customer) if address.kind == kind), None)


def worded(draft: Draft, catalogue: Catalogue) -> Draft:
    """The draft with the words that its notice holds, and with what it lacks to be proven. Raises the refusals of the
    catalogue."""
    _refuse_service(draft.purpose)
    catalogue.purpose(draft.purpose)
    proof = draft.proof
    if draft.notice is not None:
        notice = catalogue.notice(draft.notice, draft.purpose, draft.channel)
        proof = replace(proof, wording=notice.text, wording_version=notice.version, notice_id=notice.notice_id)
    if draft.action is not Action.GRANTED:
        return replace(draft, proof=proof)
    lacking = missing_proof(proof.basis, proof.evidence, worded=proof.wording is not None)
    if not draft.trusted:
        lacking += ("confirmation",)
    return replace(draft, proof=replace(proof, lacking=lacking))


def _statements(tx: Tx, draft: Draft, meant: _Meant, locked: LockedSubjects, catalogue: Catalogue) -> list[Statement]:
    """The lines of a draft: the customer's first, then the address's."""
    occurred_at = _checked_time(tx, draft)
    granted = draft.action is Action.GRANTED
    expires_at = draft.expires_at
    if granted:
        terms = catalogue.granted_for(draft.purpose, draft.channel, draft.proof.basis)
        expires_at = expires_at or terms.expiry(occurred_at)
    customer_id, address = meant.customer_id, meant.address
    if customer_id is None and (address is None or (granted and address.kind not in OWNED_KINDS)):
        raise _nobody(draft)
    if customer_id is not None and locked.erased(customer_id):
        if address is None or granted:
            raise _erased()
        customer_id = None
    consent_id, given = draft.consent_id or new_id(), meant.given
    scopes = []
    if customer_id is not None:
        scopes.append(Scope(customer_id, draft.purpose, draft.channel))
    if address is not None and (not granted or _may_have(meant, locked)):
        scopes.append(Scope(address.subjects[0], draft.purpose, draft.channel))
    return [Statement(consent_id, scope, draft.action, occurred_at, draft.proof, expires_at, given) for scope in scopes]


def _waiting(lines: Iterable[Line]) -> set[str]:
    """The addresses by which something was said while nobody was known to have them."""
    found = (line.statement for line in lines if line.statement.at_address)
    return {statement.given.fingerprint for statement in found if statement.given is not None}


def _nobody(draft: Draft) -> CustomerNotDerivable:
    """Nobody is named, and no address by which an owner could be found later."""
    if any(identifier.kind in OWNED_KINDS for identifier in draft.customer.identifiers):
        return CustomerNotDerivable(
            f"Nobody is known to have this e-mail, and it is no address of the channel {draft.channel}.",
            cure="Send customer_id or external_id too.",
            where="/customer",
        )
    return CustomerNotDerivable(
        "No identifier here may say who the customer is.",
        cure="Send customer_id, external_id, card or email; a phone is shared too often.",
        where="/customer",
    )


def _may_have(meant: _Meant, locked: LockedSubjects) -> bool:
    """Not somebody else's address: what one customer grants there is no word of the other's."""
    owner = meant.holder.owner
    return owner is None or meant.customer_id is None or owner in locked.groups[meant.customer_id].members


def _checked_time(tx: Tx, draft: Draft) -> datetime:
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
    return occurred_at


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
