"""Consent: record what customers said, withdraw it, tell when it runs out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.privacy.domain.consent import Action, Head, Line, Proof, Reason, Scope, Statement, judge, run_out, take
from services.privacy.domain.permit import Group, Standing
from services.privacy.errors import CustomerErased
from services.privacy.repository import consents, identities, standings
from shared.contracts.envelope import Origin
from shared.contracts.privacy import ConsentChanged
from shared.database.transaction import Tx
from shared.ids import new_id


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


async def record_consents(
    tx: Tx, statements: Sequence[Statement], *, origin: Origin | None = None
) -> list[Line | None]:
    """Each statement is in the ledger, with the head it leads to, and every change is said.

    None in the place of statements about an erased customer. Statements about one scope take effect in the given order.
    """
    erased = await _locked(tx, {one.scope.customer_id for one in statements})
    wanted = [one for one in statements if one.scope.customer_id not in erased]
    lines = iter(await _append(tx, wanted, origin))
    return [None if one.scope.customer_id in erased else next(lines) for one in statements]


async def withdraw(
    tx: Tx,
    customer_id: UUID,
    proof: Proof,
    *,
    purpose: str | None = None,
    channel: str | None = None,
    occurred_at: datetime | None = None,
    unless_granted_after: datetime | None = None,
) -> list[Line]:
    """Nothing is permitted any more for this purpose and channel, under the id given and the one it was merged into.

    None means every purpose or channel about which something was ever said. What is withdrawn already stays as it is,
    so asking again changes nothing. A grant said after `unless_granted_after` stands: for reports about the past.
    Raises CustomerErased.
    """
    group = (await identities.groups(tx, [customer_id]))[customer_id]
    if await _locked(tx, [customer_id, group.current]):
        raise CustomerErased("This customer was erased; nothing is sent to them.")
    heads = await consents.heads_of(tx, group.members)
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
    return await _append(tx, statements, None)


async def expire_consents(tx: Tx, limit: int) -> int:
    """Up to `limit` grants that ran out are said to be unknown from now on; returns how many were found."""
    found = await consents.due(tx, tx.now, limit)
    if not found:
        return 0
    await standings.lock(tx, {scope.customer_id for scope in found})
    wanted = set(found)
    heads = [
        head
        for head in await consents.heads_of(tx, {scope.customer_id for scope in found})
        if head.scope in wanted and head.over(tx.now) and not head.expired
    ]
    numbers = await standings.numbers(tx, len(heads))
    changed = [run_out(head, number) for head, number in zip(heads, numbers, strict=True)]
    await consents.store_heads(tx, changed)
    await standings.renumber(tx, {head.scope.customer_id: head.version for head in changed})
    for head in changed:
        _say(tx, head, None, time=head.expires_at)
    return len(found)


async def consents_of(tx: Tx, customer_id: UUID, *, before: int | None, limit: int) -> Overview:
    """What holds for a customer under all of their ids, and a page of the ledger."""
    group = (await identities.groups(tx, [customer_id]))[customer_id]
    known = await standings.read(tx, group.members)
    heads = await consents.heads_of(tx, group.members)
    current = []
    for purpose, channel in sorted({(head.scope.purpose, head.scope.channel) for head in heads}):
        of_pair = tuple(one for one in heads if (one.scope.purpose, one.scope.channel) == (purpose, channel))
        current.append(Current(purpose, channel, judge(of_pair, group.current, tx.now), of_pair))
    return Overview(
        group=group,
        restricted=any(one.restricted for one in known.values()),
        erased=any(one.erased for one in known.values()),
        current=tuple(current),
        history=tuple(await consents.history(tx, group.members, before=before, limit=limit)),
    )


async def _locked(tx: Tx, ids: Sequence[UUID] | set[UUID]) -> set[UUID]:
    """Lock every id of these customers; which of `ids` are erased.

    The whole group, so that the numbers of changes under different ids of one customer also grow in commit order.
    """
    groups = await identities.groups(tx, ids)
    known = await standings.lock(tx, {member for group in groups.values() for member in group.members})
    return {one for one in ids if _erased(known, groups[one])}


def _erased(known: dict[UUID, Standing], group: Group) -> bool:
    return any(known[member].erased for member in group.members)


def _stands(head: Head | None, unless_granted_after: datetime | None) -> bool:
    if head is None:
        return False
    if head.granted:
        return unless_granted_after is not None and head.occurred_at > unless_granted_after
    return head.action is Action.WITHDRAWN


async def _append(tx: Tx, statements: Sequence[Statement], origin: Origin | None) -> list[Line]:
    if not statements:
        return []
    before = await consents.heads_of(tx, {one.scope.customer_id for one in statements})
    heads = {head.scope: head for head in before}
    lines: list[Line] = []
    changed: dict[Scope, Head] = {}
    for statement, number in zip(statements, await standings.numbers(tx, len(statements)), strict=True):
        head = take(heads.get(statement.scope), statement, number)
        lines.append(Line(statement, number, head is not None, tx.now))
        if head is not None:
            heads[statement.scope] = changed[statement.scope] = head
            _say(tx, head, statement.proof, time=statement.occurred_at, origin=origin)
    await consents.append(tx, lines)
    await consents.store_heads(tx, list(changed.values()))
    await standings.renumber(tx, {line.statement.scope.customer_id: line.version for line in lines})
    return lines


def _say(tx: Tx, head: Head, proof: Proof | None, *, time: datetime | None, origin: Origin | None = None) -> None:
    withdrawn = head.action is Action.WITHDRAWN and proof is not None
    tx.publish(
        ConsentChanged(
            consent_id=head.consent_id,
            purpose=head.scope.purpose,
            channel=head.scope.channel,
            state=head.state(tx.now),
            expires_at=head.expires_at,
            withdrawn_via=(proof.withdrawn_via or "api") if withdrawn and proof is not None else None,
            campaign_id=proof.campaign_id if proof is not None else None,
            message_id=proof.message_id if proof is not None else None,
        ),
        subject=head.scope.customer_id,
        time=time,
        origin=origin,
    )
