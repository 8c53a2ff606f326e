"""Permits: the last word before a message is handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from services.privacy.domain.consent import Head, Reason
from services.privacy.domain.permit import Permit, Question, Situation, grant, refusal
from services.privacy.domain.suppression import SuppressionReason
from services.privacy.repository import consents, identities, permits, standings, suppressions
from shared.database.transaction import Tx
from shared.ids import new_id


async def grant_permits(tx: Tx, questions: Sequence[Question]) -> list[Permit | Reason]:
    """A permit or a reason for each question; the permits are written.

    Everything that a withdrawal, a restriction, an erasure or a suppression locks for itself is locked shared until the
    commit: whichever of them commits first wins, in this database's own order.
    """
    groups = await identities.groups(tx, {one.customer_id for one in questions})
    members = {member for group in groups.values() for member in group.members}
    known = await standings.lock(tx, members, shared=True)
    await suppressions.lock(tx, {(one.fingerprint, one.channel) for one in questions}, shared=True)
    heads: dict[tuple[UUID, str, str], Head] = {}
    for head in await consents.heads_of(tx, members):
        heads[head.scope.customer_id, head.scope.purpose, head.scope.channel] = head
    listed: dict[suppressions.Address, list[SuppressionReason]] = defaultdict(list)
    for entry in await suppressions.read(tx, {(one.fingerprint, one.channel) for one in questions}):
        listed[entry.address].append(entry.reason)
    answers: list[Permit | Reason] = []
    for question in questions:
        group = groups[question.customer_id]
        scopes = [(member, question.purpose, question.channel) for member in group.members]
        situation = Situation(
            group=group,
            standings=[known[member] for member in group.members],
            heads=[heads[scope] for scope in scopes if scope in heads],
            suppressed=listed[question.fingerprint, question.channel],
        )
        answers.append(refusal(question, situation, tx.now) or grant(question, situation, new_id(), tx.now))
    granted = [one for one in answers if isinstance(one, Permit)]
    if granted:
        await permits.store(tx, granted)
    return answers


async def forget_old_permits(tx: Tx, before: datetime, limit: int) -> int:
    """Up to `limit` permits granted before `before` are gone; returns how many."""
    return await permits.forget_older(tx, before, limit)
