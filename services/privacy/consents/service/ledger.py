"""Append statements to the consent ledger, keep its heads, and emit what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.privacy.consents import repository
from services.privacy.consents.domain.ledger import (
    EVERY_PURPOSE,
    Action,
    Head,
    Line,
    Proof,
    Scope,
    Statement,
    head_after,
)
from services.privacy.subject_locks import repository as subject_locks
from services.privacy.subject_locks.service import lock_subjects
from shared.contracts.envelope import Origin
from shared.contracts.privacy import AddressConsentChanged, ConsentChanged
from shared.database.transaction import Tx


async def record_consents(
    tx: Tx, statements: Sequence[Statement], *, origin: Origin | None = None
) -> list[Line | None]:
    """Each statement is in the ledger, with the head it leads to, and `consent_changed` is emitted for every change.

    None in the place of statements about an erased customer. Statements about one scope take effect in the given order.
    """
    customer_ids = {statement.scope.customer_id for statement in statements}
    erased = (await lock_subjects(tx, customer_ids)).erased_among(customer_ids)
    wanted = [statement for statement in statements if statement.scope.customer_id not in erased]
    lines = iter(await append_to_ledger(tx, wanted, origin=origin))
    return [None if statement.scope.customer_id in erased else next(lines) for statement in statements]


async def append_to_ledger(tx: Tx, statements: Sequence[Statement], *, origin: Origin | None = None) -> list[Line]:
    """The statements are in the ledger and their heads are kept. Their subjects must be locked, and not erased."""
    if not statements:
        return []
    before = await repository.heads_of(tx, {statement.scope.customer_id for statement in statements})
    heads = {head.scope: head for head in before}
    lines: list[Line] = []
    changed: dict[Scope, Head] = {}
    versions = await subject_locks.next_versions(tx, len(statements))
    for statement, version in zip(statements, versions, strict=True):
        everything = heads.get(replace(statement.scope, purpose=EVERY_PURPOSE))
        head = head_after(heads.get(statement.scope), statement, version, everything)
        lines.append(Line(statement, version, head is not None, tx.now))
        if head is not None:
            heads[statement.scope] = changed[statement.scope] = head
            emit_change(tx, head, statement.proof, time=statement.occurred_at, origin=origin)
    await repository.append(tx, lines)
    await repository.store_heads(tx, list(changed.values()))
    await subject_locks.set_versions(tx, {line.statement.scope.customer_id: line.version for line in lines})
    return lines


def emit_change(
    tx: Tx, head: Head, proof: Proof | None, *, time: datetime | None, origin: Origin | None = None
) -> None:
    """Emit the state that a head gives now; without a proof because time alone changed it.

    An address is no customer: what holds for it is told by an event of its own. A customer's refusal of everything is
    told by one event for each purpose about which something was said, so this adds none.
    """
    if head.at_address and head.given is not None:
        tx.publish(
            AddressConsentChanged(
                fingerprint=head.given.fingerprint,
                consent_id=head.consent_id,
                purpose=head.scope.purpose,
                channel=head.scope.channel,
                state=head.state(tx.now),
                expires_at=head.expires_at,
            ),
            subject=head.scope.customer_id,
            time=time,
            origin=origin,
        )
    elif head.scope.purpose != EVERY_PURPOSE:
        emit_to(tx, head.scope.customer_id, head, proof, time=time, origin=origin)


def emit_to(
    tx: Tx,
    customer_id: UUID,
    head: Head,
    proof: Proof | None = None,
    *,
    time: datetime | None = None,
    origin: Origin | None = None,
) -> None:
    """Emit `consent_changed` for a customer, with the state that a head gives now."""
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
        subject=customer_id,
        time=time,
        origin=origin,
    )
