"""Withdraw consent for one or every purpose and channel, of a customer and at an address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Action, Given, Head, Line, Proof, Scope, Statement
from services.privacy.consents.service.ledger import append_to_ledger
from services.privacy.identity.domain import CHANNELS, NamedAddress
from services.privacy.identity.service import holders_of
from services.privacy.permits.domain import SERVICE_PURPOSE
from services.privacy.subject_locks.domain import LockedSubjects
from services.privacy.subject_locks.errors import CustomerErased
from services.privacy.subject_locks.service import lock_subjects
from shared.database.transaction import Tx
from shared.ids import new_id


async def withdraw(
    tx: Tx,
    customer_id: UUID | None,
    proof: Proof,
    *,
    addresses: Sequence[NamedAddress] = (),
    purpose: str | None = None,
    channel: str | None = None,
    occurred_at: datetime | None = None,
    unless_granted_after: datetime | None = None,
    locked: LockedSubjects | None = None,
) -> list[Line]:
    """Nothing is permitted any more for this purpose and channel: to the customer, under the id given and the one it
    was merged into; and to these addresses, whoever has them.

    No purpose means every purpose, also one that is defined later; no channel means every one. What is withdrawn
    already stays as it is, so asking again changes nothing. A grant said after `unless_granted_after` stands: for
    reports about the past. `locked` is given when customer and addresses are locked already. Raises CustomerErased,
    unless an address is left to withdraw for.
    """
    customers = [] if customer_id is None else [customer_id]
    subjects = [address.subjects[0] for address in addresses]
    locked = locked or await lock_subjects(tx, customers, addresses=subjects)
    if customer_id is not None and locked.erased(customer_id):
        if not addresses:
            raise CustomerErased("This customer was erased; nothing is sent to them.")
        customer_id = None
    asked = _Asked(purpose, channel, proof, occurred_at or tx.now, unless_granted_after)
    statements: list[Statement] = []
    if customer_id is not None:
        group = locked.groups[customer_id]
        heads = await repository.heads_of(tx, group.members)
        for named in sorted({customer_id, group.root}):
            statements += asked.of(named, heads, CHANNELS, None)
    holders = await holders_of(tx, addresses)
    at_addresses = await repository.heads_of(tx, subjects)
    for address in addresses:
        given = Given(address.fingerprint, holders[address.fingerprint].generation, former=address.former)
        heads = [head for head in at_addresses if head.scope.customer_id == address.subjects[0]]
        statements += asked.of(address.subjects[0], heads, address.channels, given)
    return await append_to_ledger(tx, statements)


async def withdraw_unless_erased(
    tx: Tx,
    customer_id: UUID | None,
    proof: Proof,
    *,
    addresses: Sequence[NamedAddress] = (),
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
            addresses=addresses,
            purpose=None if purpose == SERVICE_PURPOSE else purpose,
            channel=channel,
            occurred_at=occurred_at,
            unless_granted_after=unless_granted_after,
            locked=locked,
        )
    except CustomerErased:
        return []


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be withdrawn."""

    purpose: str | None
    channel: str | None
    proof: Proof
    at: datetime
    unless_granted_after: datetime | None

    def of(
        self, subject: UUID, heads: Sequence[Head], channels: Iterable[str], given: Given | None
    ) -> Iterator[Statement]:
        """The statements under one id: for all about which something was said under the ids of the same person, and
        for all that was asked by name."""
        by_scope = {head.scope: head for head in heads}
        chosen = [channel for channel in channels if self.channel in (None, channel)]
        # Also where nothing was said yet: what somebody objects to is on record before anybody grants it.
        pairs = {(self.purpose or EVERY_PURPOSE, channel) for channel in chosen}
        if self.purpose is None:
            pairs |= {(head.scope.purpose, head.scope.channel) for head in heads if head.scope.channel in chosen}
        for purpose, channel in sorted(pairs):
            scope = Scope(subject, purpose, channel)
            if not self._stands(by_scope.get(scope)):
                yield Statement(new_id(), scope, Action.WITHDRAWN, self.at, self.proof, given=given)

    def _stands(self, head: Head | None) -> bool:
        if head is None:
            return False
        if head.granted:
            return self.unless_granted_after is not None and head.occurred_at > self.unless_granted_after
        return head.action is Action.WITHDRAWN
