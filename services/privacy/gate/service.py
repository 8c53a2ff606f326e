"""Grant or refuse permits: the last word before a message is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.privacy.consents import repository as consents
from services.privacy.consents.domain.judging import Destination
from services.privacy.consents.domain.ledger import Head, for_purpose
from services.privacy.gate.domain import Situation, grant, refusal
from services.privacy.identity.domain import Address
from services.privacy.identity.service import holders_of
from services.privacy.permits import repository as permits
from services.privacy.permits.domain import Permit, Question, Reason
from services.privacy.subject_locks.service import lock_subjects
from services.privacy.suppressions import repository as suppressions
from services.privacy.suppressions.domain import SuppressionReason
from shared.database.transaction import Tx
from shared.ids import new_id


async def grant_permits(tx: Tx, questions: Sequence[Question]) -> list[Permit | Reason]:
    """A permit or a reason for each question; the permits are written.

    Everything that a withdrawal, a restriction, an erasure or a suppression locks for itself is locked shared until the
    commit: whichever of them commits first wins, in this database's own order.
    """
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
    holders = await holders_of(tx, [question.to for question in questions])
    # Not locked: nothing is recorded under a second self any more, except by who names that very id.
    second_selves = {found for question in questions for found in question.second_selves}
    heads: dict[UUID, list[Head]] = defaultdict(list)
    for head in await consents.heads_of(tx, {*locked.states, *second_selves}):
        heads[head.scope.customer_id].append(head)
    suppressed: dict[Address, list[SuppressionReason]] = defaultdict(list)
    for entry in await suppressions.read(tx, listed):
        suppressed[entry.address].append(entry.reason)

    def asked(question: Question, subjects: Iterable[UUID]) -> list[Head]:
        known = [head for subject in subjects for head in heads.get(subject, ())]
        return for_purpose(known, question.purpose, question.channel)

    situations = []
    for question in questions:
        group = locked.groups[question.customer_id]
        before = [found for found in question.second_selves if found not in group.members]
        situations.append(
            Situation(
                group=group,
                states=[locked.states[member] for member in (*group.members, *question.to.subjects)],
                heads=asked(question, group.members),
                suppressed=[reason for address in question.addresses for reason in suppressed[address]],
                to=Destination(
                    address=question.to,
                    holder=holders[question.fingerprint],
                    heads=asked(question, question.to.subjects),
                    before=asked(question, before),
                ),
            )
        )
    return situations
