"""Show what holds for a customer, and the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain.judging import judge
from services.privacy.consents.domain.ledger import EVERY_PURPOSE, Head, Line, for_purpose
from services.privacy.consents.service.addresses import said_by
from services.privacy.identity.domain import kind_of
from services.privacy.identity.service import addresses_of
from services.privacy.permits.domain import Reason
from services.privacy.subject_locks import repository as subject_locks
from shared.customers.group import Group
from shared.customers.merges import groups_of
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Current:
    """What holds for a purpose and channel over all ids of a customer, and why not when it does not; whether an
    address of theirs was refused by whoever wrote from it (`blocked_by_address`)."""

    purpose: str
    channel: str
    refused: Reason | None
    heads: tuple[Head, ...]
    blocked_by_address: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A customer's consents: what holds now, and the lines of the ledger, newest first."""

    group: Group
    restricted: bool
    erased: bool
    current: tuple[Current, ...]
    history: tuple[Line, ...]


async def consents_of(tx: Tx, customer_id: UUID, *, before: int | None, limit: int) -> Overview:
    """What holds for a customer under all of their ids, and a page of the ledger."""
    group = (await groups_of(tx, [customer_id]))[customer_id]
    states = (await subject_locks.read(tx, group.members)).values()
    heads = await repository.heads_of(tx, group.members)
    owned = [address for found in (await addresses_of(tx, group.members)).values() for address in found]
    said = await said_by(tx, owned)
    pairs = {(head.scope.purpose, head.scope.channel) for head in heads if head.scope.purpose != EVERY_PURPOSE}
    pairs |= {pair for address in owned for pair in said.granted(address)}
    subjects = [subject for address in owned for subject in address.subjects]
    unproven = await repository.unproven(tx, [*group.members, *subjects]) - pairs
    current = []
    for purpose, channel in sorted(pairs):
        of_pair = for_purpose(heads, purpose, channel)
        at = [said.at(address, purpose, channel) for address in owned if address.kind == kind_of(channel)]
        # Which address a message would go to is known only when it goes: one that may be written to is enough here.
        reasons = [judge(of_pair, group, tx.now, to) for to in at] or [judge(of_pair, group, tx.now)]
        refused = None if None in reasons else reasons[0]
        blocked = any(to.refusal(tx.now) is not None for to in at)
        current.append(Current(purpose, channel, refused, tuple(of_pair), blocked))
    current += [Current(purpose, channel, Reason.UNPROVEN, (), False) for purpose, channel in sorted(unproven)]
    return Overview(
        group=group,
        restricted=any(state.restricted for state in states),
        erased=any(state.erased for state in states),
        current=tuple(current),
        history=tuple(await repository.history(tx, [*group.members, *subjects], before=before, limit=limit)),
    )
