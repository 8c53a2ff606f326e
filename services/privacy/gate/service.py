"""Grant or refuse permits: the last word before a message is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.privacy.consents import repository as consents
from services.privacy.consents.domain.ledger import Head, for_purpose
from services.privacy.consents.service.addresses import SaidBy, said_by
from services.privacy.gate.domain import Situation, grant, refusal
from services.privacy.identity.domain import Address, Holder
from services.privacy.ledger_checks.service import require_compared
from services.privacy.permits import repository as permits
from services.privacy.permits.domain import SERVICE_PURPOSE, Permit, Question, Reason
from services.privacy.preferences import repository as preferences
from services.privacy.preferences.domain import NO_WISH, Frequency, Preferences, strictest
from services.privacy.signups import repository as signups
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.subject_locks.service import lock_subjects
from services.privacy.suppression_lists import repository as lists
from services.privacy.suppression_lists.domain import Algorithm, Entry
from services.privacy.suppressions import repository as suppressions
from services.privacy.suppressions.domain import Suppression, SuppressionReason, concern
from shared.database.transaction import Tx
from shared.ids import new_id


async def grant_permits(tx: Tx, questions: Sequence[Question]) -> list[Permit | Reason]:
    """A permit or a reason for each question; the permits are written.

    Everything that a withdrawal, a restriction, an erasure or a suppression locks for itself is locked shared until the
    commit: whichever of them commits first wins, in this database's own order. Raises LedgerNotCompared.
    """
    await require_compared(tx)
    situations = await _situations(tx, questions)
    answers = [
        refusal(question, situation, tx.now) or grant(question, situation, new_id(), tx.now)
        for question, situation in zip(questions, situations, strict=True)
    ]
    granted = [answer for answer in answers if isinstance(answer, Permit)]
    if granted:
        await permits.store(tx, granted)
    return answers


async def _situations(tx: Tx, questions: Sequence[Question]) -> list[Situation]:
    """What is known about each question: customers and addresses are locked before anything is read."""
    customers = {question.customer_id for question in questions}
    subjects = {subject for question in questions for subject in question.to.subjects}
    listed = {address for question in questions for address in question.addresses}
    locked = await lock_subjects(tx, customers, addresses=subjects, shared=True)
    await suppressions.lock(tx, listed, shared=True)
    # Second selves are not locked: nothing is recorded under one any more, except by who names that very id.
    said = await said_by(
        tx,
        [question.to for question in questions],
        before={found for question in questions for found in question.second_selves},
    )
    heads: dict[UUID, list[Head]] = defaultdict(list)
    for head in await consents.heads_of(tx, locked.members):
        heads[head.scope.customer_id].append(head)
    suppressed: dict[Address, list[Suppression]] = defaultdict(list)
    for entry in await suppressions.read(tx, listed):
        suppressed[entry.address].append(entry)
    service_mail = {question.customer_id for question in questions if question.purpose == SERVICE_PURPOSE}
    asking = await signups.waiting_addresses(tx, service_mail) if service_mail else {}
    on_others = [_entries(question) for question in questions]
    on_lists = await lists.listed(tx, (entry for hashed in on_others for entry in hashed))
    wishes, last = await _wishes(tx, questions, locked)
    consented = await _consented_by(tx, questions, said, locked)
    situations = []
    for question, hashed in zip(questions, on_others, strict=True):
        group = locked.groups[question.customer_id]
        own = (head for member in group.members for head in heads[member])
        entries = [entry for address in question.addresses for entry in suppressed[address]]
        before = [found for found in question.second_selves if found not in group.members]
        situations.append(
            Situation(
                group=group,
                states=[locked.states[subject] for subject in (*group.members, *question.to.subjects)],
                heads=for_purpose(own, question.purpose, question.channel),
                suppressed=[
                    *(entry.reason for entry in concern(entries, question.to, question.channel)),
                    *([SuppressionReason.UNSUBSCRIBED_ALL] if on_lists and on_lists.intersection(hashed) else []),
                ],
                to=said.at(question.to, question.purpose, question.channel, before),
                wish=wishes[question.message_id],
                last_permit=last.get(question.message_id),
                confirmed=not consented.isdisjoint(
                    (member, question.fingerprint) for member in (*group.members, question.to.subjects[0])
                ),
                asks_to_confirm=asking.get(question.customer_id) == question.fingerprint,
            )
        )
    return situations


def _entries(question: Question) -> list[Entry]:
    """How lists of others may know the address of a message."""
    keyed = [Entry(Algorithm.KEYED, hashed, question.channel) for hashed in (question.fingerprint, *question.formers)]
    return [*keyed, Entry(Algorithm.SHA256, question.sha256, question.channel)]


async def _wishes(
    tx: Tx, questions: Sequence[Question], locked: LockedSubjects
) -> tuple[dict[UUID, Preferences], dict[UUID, datetime]]:
    """What the recipient of each message wishes; and, where that is to be written to less often, when another message
    was permitted last. Most wish nothing: one look-up."""
    subjects = {subject for question in questions for subject in question.to.subjects}
    said = await preferences.read(tx, locked.members | subjects)
    wishes = {}
    for question in questions:
        ids = [*locked.groups[question.customer_id].members, *question.to.subjects]
        found = [said[subject] for subject in ids if subject in said]
        wishes[question.message_id] = strictest(found) if found else NO_WISH
    seldom = {
        question.message_id: (locked.groups[question.customer_id].members, question.purpose, question.channel)
        for question in questions
        if wishes[question.message_id].frequency(question.purpose) is not Frequency.ALL
    }
    return wishes, await preferences.last_permits(tx, seldom) if seldom else {}


async def _consented_by(
    tx: Tx, questions: Sequence[Question], said: SaidBy, locked: LockedSubjects
) -> set[tuple[UUID, str]]:
    """(subject, hash): who has ever consented by which of these addresses, as far as it matters. It does for service
    messages to an address of which no server says whose it is."""
    holders: dict[str, Holder] = {}
    subjects: set[UUID] = set()
    for question in questions:
        holder, group = said.holders[question.fingerprint], locked.groups[question.customer_id]
        own = holder.owner in group.members
        if question.purpose == SERVICE_PURPOSE and not (own and holder.trusted):
            holders[question.fingerprint] = holder
            # What was said by the address alone is its owner's.
            subjects.update(group.members if not own else (*group.members, question.to.subjects[0]))
    generations = {hashed: holder.generation for hashed, holder in holders.items()}
    return await consents.consented_by(tx, subjects, generations) if holders else set()
