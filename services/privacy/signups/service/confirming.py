"""What an address says of its sign-up: it confirms, and its consent is in the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.privacy.consents.domain.ledger import Action, Proof
from services.privacy.consents.service.drafts import Draft, record_drafts
from services.privacy.identity.domain import Hashing, Reference
from services.privacy.notices import repository as notices
from services.privacy.notices.domain import Notice, NoticeKey
from services.privacy.signups import repository
from services.privacy.signups.domain import CHANNEL, KEPT_CONFIRMED, Person, SignUp, SignUpState
from shared.contracts.interactions import Identifier, IdentityObserved
from shared.customers import owners
from shared.customers.generations import generations_of
from shared.customers.owners import customer_behind
from shared.database.transaction import Tx
from shared.errors import Refusal

THIS_PUBLISHER = "privacy"


@dataclass(frozen=True, slots=True)
class Shown:
    """A sign-up with the wordings that were ticked."""

    signup: SignUp
    notices: Sequence[Notice]


async def look_at(tx: Tx, hashing: Hashing, signup_id: UUID) -> Shown | None:
    """The sign-up, if it may be confirmed or was; None when it has expired."""
    found = await repository.find(tx, hashing.key, [signup_id])
    return await _shown(tx, found[0]) if found and _is_there(tx, found[0]) else None


async def confirm(tx: Tx, hashing: Hashing, signup_id: UUID, *, confirmed_from: str) -> Shown | None:
    """The address consents to what was ticked, with proof, and customers hears that somebody has it. A second time
    changes nothing. None when the sign-up has expired. Raises what the ledger refuses."""
    signup = await repository.lock(tx, hashing.key, signup_id)
    if signup is None or not _is_there(tx, signup):
        return None
    shown = await _shown(tx, signup)
    if signup.state is SignUpState.CONFIRMED or signup.person is None:
        return shown
    evidence = {
        **signup.evidence,
        "signup_id": str(signup.signup_id),
        "requested_at": signup.requested_at.isoformat(),
        "confirmed_at": tx.now.isoformat(),
        "confirmed_from": confirmed_from,
    }
    email = Identifier(kind="email", value=signup.person.email)
    proof = Proof(recorded_by=signup.source, evidence=evidence)
    drafts = [
        Draft(Reference(None, (email,)), notice.purpose, CHANNEL, Action.GRANTED, proof, notice=NoticeKey.of(notice))
        for notice in shown.notices
    ]
    for outcome in await record_drafts(tx, hashing, drafts):
        if isinstance(outcome, Refusal):
            raise outcome
    await _tell_customers(tx, hashing, email, signup)
    await repository.confirm(tx, signup.signup_id)
    return shown


async def waiting(tx: Tx, hashing: Hashing, ids: Sequence[UUID]) -> list[tuple[SignUp, Person]]:
    """Those of these sign-ups whose address may be written to for a confirmation, with what they typed."""
    found = await repository.find(tx, hashing.key, ids)
    return [(signup, signup.person) for signup in found if signup.person is not None and signup.waits(tx.now)]


async def purge(tx: Tx, limit: int) -> tuple[int, int]:
    """Up to `limit` sign-ups that nobody confirmed in time, and those confirmed long ago, are gone; how many were not
    confirmed, and how many in all."""
    gone = await repository.purge(tx, tx.now - KEPT_CONFIRMED, limit)
    return sum(state is SignUpState.PENDING for state in gone), len(gone)


async def _tell_customers(tx: Tx, hashing: Hashing, email: Identifier, signup: SignUp) -> None:
    """Customers hears of the address as of a server's word: whoever has the mailbox said so.

    The names count only where nobody is known by the address. A stranger can type any name in, and its owner, who
    confirms the newsletter, would not notice.
    """
    hashes = hashing.hashes(email)
    known = await owners.owners_of(tx, hashes)
    generations = await generations_of(tx, hashes)
    customer_id, generation = customer_behind(hashing.key, email, hashes, known, generations)
    person = signup.person
    traits = {} if hashes[0] in known or person is None else {**person.names, "language": signup.language}
    observed = IdentityObserved(
        identifiers=[email],
        derived_from=email,
        generation=generation,
        traits=dict(traits),
        publisher=THIS_PUBLISHER,
        trust="server",
    )
    tx.publish(observed, subject=customer_id)


def _is_there(tx: Tx, signup: SignUp) -> bool:
    return signup.state is SignUpState.CONFIRMED or signup.waits(tx.now)


async def _shown(tx: Tx, signup: SignUp) -> Shown:
    found = await notices.by_ids(tx, signup.notice_ids)
    return Shown(signup, [found[notice_id] for notice_id in signup.notice_ids if notice_id in found])
