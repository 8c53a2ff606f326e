"""Show what holds for a customer, and the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain import Head, Line, judge
from services.privacy.identity import repository as identity
from services.privacy.identity.domain import Group
from services.privacy.permits.domain import Reason
from services.privacy.subject_locks import repository as subject_locks
from shared.database.transaction import Tx


@dataclass(frozen=True, slots=True)
class Current:
    """What holds for a purpose and channel over all ids of a customer, and why not when it does not."""

    purpose: str
    channel: str
    refused: Reason | None
    heads: tuple[Head, ...]


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
    group = (await identity.groups(tx, [customer_id]))[customer_id]
    states = (await subject_locks.read(tx, group.members)).values()
    heads = await repository.heads_of(tx, group.members)
    current = []
    for purpose, channel in sorted({(head.scope.purpose, head.scope.channel) for head in heads}):
        of_pair = tuple(head for head in heads if (head.scope.purpose, head.scope.channel) == (purpose, channel))
        current.append(Current(purpose, channel, judge(of_pair, group.current, tx.now), of_pair))
    return Overview(
        group=group,
        restricted=any(state.restricted for state in states),
        erased=any(state.erased for state in states),
        current=tuple(current),
        history=tuple(await repository.history(tx, group.members, before=before, limit=limit)),
    )
