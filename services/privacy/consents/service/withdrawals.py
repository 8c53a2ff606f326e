"""Withdraw consent for one or every purpose and channel."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain import Action, Head, Line, Proof, Scope, Statement
from services.privacy.consents.service.ledger import append_to_ledger
from services.privacy.permits.domain import SERVICE_PURPOSE
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.database.transaction import Tx
from shared.ids import new_id


async def withdraw(
    tx: Tx,
    customer_id: UUID,
    proof: Proof,
    *,
    purpose: str | None = None,
    channel: str | None = None,
    occurred_at: datetime | None = None,
    unless_granted_after: datetime | None = None,
    locked: LockedSubjects | None = None,
) -> list[Line]:
    """Nothing is permitted any more for this purpose and channel, under the id given and the one it was merged into.

    None means every purpose or channel about which something was ever said. What is withdrawn already stays as it is,
    so asking again changes nothing. A grant said after `unless_granted_after` stands: for reports about the past.
    `locked` is given when the customer is locked already. Raises CustomerErased.
    """
    locked = locked or await lock_subjects(tx, [customer_id])
    if locked.erased(customer_id):
        raise CustomerErased("This customer was erased; nothing is sent to them.")
    group = locked.groups[customer_id]
    heads = await repository.heads_of(tx, group.members)
    pairs = {(head.scope.purpose, head.scope.channel) for head in heads}
    if purpose is not None and channel is not None:
        pairs.add((purpose, channel))
    by_scope = {head.scope: head for head in heads}
    statements = []
    for named_purpose, named_channel in sorted(pairs):
        if purpose not in (None, named_purpose) or channel not in (None, named_channel):
            continue
        for named in sorted({customer_id, group.current}):
            scope = Scope(named, named_purpose, named_channel)
            if not _stands(by_scope.get(scope), unless_granted_after):
                at = occurred_at or tx.now
                statements.append(Statement(new_id(), scope, Action.WITHDRAWN, at, proof))
    return await append_to_ledger(tx, statements)


async def withdraw_unless_erased(
    tx: Tx,
    customer_id: UUID,
    proof: Proof,
    *,
    purpose: str | None = None,
    channel: str | None = None,
    occurred_at: datetime | None = None,
    unless_granted_after: datetime | None = None,
    locked: LockedSubjects | None = None,
) -> list[Line]:
    """`withdraw` for wishes that answer a message: about someone erased nothing is recorded, and nothing is refused.

    A service message carries no consent that could be withdrawn; whoever objects to it means the channel.
    """
    try:
        return await withdraw(
            tx,
            customer_id,
            proof,
            purpose=None if purpose == SERVICE_PURPOSE else purpose,
            channel=channel,
            occurred_at=occurred_at,
            unless_granted_after=unless_granted_after,
            locked=locked,
        )
    except CustomerErased:
        return []


def _stands(head: Head | None, unless_granted_after: datetime | None) -> bool:
    if head is None:
        return False
    if head.granted:
        return unless_granted_after is not None and head.occurred_at > unless_granted_after
    return head.action is Action.WITHDRAWN
