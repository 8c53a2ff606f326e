"""Grant or refuse permits: the last word before a message is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from services.privacy.consents import repository as consents
from services.privacy.consents.domain import Head
from services.privacy.gate.domain import Situation, grant, refusal
from services.privacy.identity.domain import Address
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
    addresses = {question.address for question in questions}
    locked = await lock_subjects(tx, {question.customer_id for question in questions}, shared=True)
    await suppressions.lock(tx, addresses, shared=True)
    heads: dict[tuple[UUID, str, str], Head] = {}
    for head in await consents.heads_of(tx, locked.members):
        heads[head.scope.customer_id, head.scope.purpose, head.scope.channel] = head
    suppressed: dict[Address, list[SuppressionReason]] = defaultdict(list)
    for entry in await suppressions.read(tx, addresses):
        suppressed[entry.address].append(entry.reason)
    situations = []
    for question in questions:
        group = locked.groups[question.customer_id]
        scopes = [(member, question.purpose, question.channel) for member in group.members]
        situations.append(
            Situation(
                group=group,
                states=locked.states_of(question.customer_id),
                heads=[heads[scope] for scope in scopes if scope in heads],
                suppressed=suppressed[question.address],
            )
        )
    return situations
