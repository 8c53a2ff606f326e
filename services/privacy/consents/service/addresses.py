"""What was said by an address, for the customers who have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain.judging import Destination, judge
from services.privacy.consents.domain.ledger import Action, Head, Line, for_purpose
from services.privacy.consents.service.ledger import emit_to
from services.privacy.identity.domain import Holder, NamedAddress, kind_of
from services.privacy.identity.service import addresses_of, holders_of
from services.privacy.subject_locks.domain import LockedSubjects
from shared.customers.group import Group
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class SaidBy:
    """What was said by some addresses: who has each (by its current hash), and the heads of each subject."""

    holders: Mapping[str, Holder]
    heads: Mapping[UUID, Sequence[Head]]

    def at(self, address: NamedAddress, purpose: str, channel: str, before: Iterable[UUID] = ()) -> Destination:
        """The address as the destination of a message. `before` are the ids that it derives."""
        today, *formerly = address.subjects
        shared = self._asked(formerly, purpose, channel)
        return Destination(
            address,
            self.holders[address.fingerprint],
            self._asked([today], purpose, channel),
            # Of what stands under a former hash, today's statements are another person's.
            [head for head in shared if head.given is not None and head.given.former]
            + self._asked(before, purpose, channel),
        )

    def granted(self, address: NamedAddress) -> list[tuple[str, str]]:
        """The purposes and channels for which a grant stands at the address."""
        heads = self.heads.get(address.subjects[0], ())
        return sorted({(head.scope.purpose, head.scope.channel) for head in heads if head.granted})

    def _asked(self, subjects: Iterable[UUID], purpose: str, channel: str) -> list[Head]:
        heads = (head for subject in subjects for head in self.heads.get(subject, ()))
        return for_purpose(heads, purpose, channel)


async def said_by(tx: Tx, addresses: Sequence[NamedAddress], before: Iterable[UUID] = ()) -> SaidBy:
    """What was said by these addresses, and under the ids in `before`."""
    subjects = {subject for address in addresses for subject in address.subjects}
    heads: dict[UUID, list[Head]] = defaultdict(list)
    for head in await repository.heads_of(tx, {*subjects, *before}):
        heads[head.scope.customer_id].append(head)
    return SaidBy(await holders_of(tx, addresses), heads)


async def are_blocked(tx: Tx, locked: LockedSubjects, lines: Sequence[Line]) -> list[bool]:
    """For each line just recorded: is it a grant that permits nothing to the customer's address, because somebody
    refused by it?

    The address is the one that was named, or those that the customer owns; only a grant that names it lifts a refusal.
    """
    granted = [line for line in lines if line.statement.action is Action.GRANTED]
    groups = {
        line.statement.scope.customer_id: locked.groups[line.statement.scope.customer_id]
        for line in granted
        if line.statement.scope.customer_id in locked.groups
    }
    owned = await addresses_of(tx, {member for group in groups.values() for member in group.members})

    def meant(line: Line) -> list[NamedAddress]:
        statement = line.statement
        if statement.action is not Action.GRANTED:
            return []
        kind = kind_of(statement.scope.channel)
        if statement.given is not None:
            return [NamedAddress(kind, (statement.given.fingerprint,))]
        group = groups[statement.scope.customer_id]
        return [address for member in group.members for address in owned[member] if address.kind == kind]

    said = await said_by(tx, [address for line in lines for address in meant(line)])
    return [
        any(
            said.at(address, line.statement.scope.purpose, line.statement.scope.channel).refusal(tx.now) is not None
            for address in meant(line)
        )
        for line in lines
    ]


async def tell_owners(tx: Tx, hashes: Iterable[str]) -> None:
    """`consent_changed` is emitted for the owners of these e-mails (by hash), for every grant that was given by the
    e-mail alone: granted when it holds for the owner, and unknown when it has run out and nothing else holds.

    Copies elsewhere are kept by customer; a grant that waited for its owner would else never be acted on.
    """
    addresses = [NamedAddress("email", (hashed,)) for hashed in sorted(set(hashes))]
    if not addresses:
        return
    said = await said_by(tx, addresses)
    owners = {address: said.holders[address.fingerprint].owner for address in addresses if said.granted(address)}
    owned = {address: owner for address, owner in owners.items() if owner is not None}
    groups = await groups_of(tx, owned.values()) if owned else {}
    heads = await repository.heads_of(tx, {member for group in groups.values() for member in group.members})
    for address, owner in owned.items():
        group = groups[owner]
        own = [head for head in heads if head.scope.customer_id in group.members]
        for purpose, channel in said.granted(address):
            _tell(tx, owner, group, for_purpose(own, purpose, channel), said.at(address, purpose, channel))


def _tell(tx: Tx, owner: UUID, group: Group, own: Sequence[Head], to: Destination) -> None:
    refused = judge(own, group, tx.now, to)
    for head in to.grants(group):
        if (refused is None) is not head.has_run_out(tx.now):
            emit_to(tx, owner, head)
