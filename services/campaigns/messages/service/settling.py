"""How messages end: written to the ledger, and emitted as an event in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, cast
from uuid import UUID

from services.campaigns.messages.domain.accounting import Strikes
from services.campaigns.messages.domain.ledger import Message, MessageState, Settled
from services.campaigns.messages.errors import MessageNotFound
from services.campaigns.messages.repository import ledger, marks
from shared.contracts.campaigns import MessageSettled, Outcome
from shared.database.transaction import Tx
from shared.observability.metrics import counter

_CHUNK = 2_000

SETTLED = counter("messages_settled_total", "Messages that reached an end", ["state", "reason"])


async def settle(tx: Tx, holder: int, outcomes: Sequence[Settled]) -> None:
    """These messages of this sender have ended, each with its event."""
    for outcome in await ledger.settle(tx, holder, outcomes):
        emit_settled(tx, outcome)


async def mark_hand_overs(tx: Tx, campaign_ids: Sequence[UUID]) -> None:
    """Messages of these campaigns go out."""
    await marks.mark_hand_overs(tx, campaign_ids)


async def strikes_since(tx: Tx, campaign_id: UUID, since: datetime) -> Strikes:
    """What the campaign's messages brought down since then."""
    return await marks.strikes_since(tx, campaign_id, since)


async def settle_unknown(
    tx: Tx, message_id: UUID, outcome: Literal["handed_over", "failed"], *, reason: str | None, by: str
) -> Message:
    """An operator found out what became of an unknown message. It is never sent again. Raises MessageNotFound."""
    state = MessageState(outcome)
    message = await ledger.settle_by_hand(tx, message_id, state, reason, by)
    if message is None:
        raise MessageNotFound(
            f"There is no message {message_id} whose outcome is unknown.",
            cure="List them with GET /campaigns/{id}/messages?state=unknown.",
        )
    emit_settled(tx, Settled(message, state, reason))
    return message


async def refuse_waiting(tx: Tx, customer_ids: Sequence[UUID], reason: str) -> None:
    """What waits for these customers, and no sender has in hand, is refused."""
    for message in await ledger.refuse_waiting(tx, customer_ids, reason):
        emit_settled(tx, Settled(message, MessageState.REFUSED, reason))


async def refuse_messages(tx: Tx, keys: Sequence[tuple[UUID, UUID]], reason: str) -> None:
    """Of these messages (customer and id), those that wait and no sender has in hand are refused."""
    if keys:
        for message in await ledger.refuse_messages(tx, keys, reason):
            emit_settled(tx, Settled(message, MessageState.REFUSED, reason))


async def recover(tx: Tx, present: int | None = None) -> tuple[int, int]:
    """Messages of senders that are gone: reserved ones are free again, claimed ones unknown. A sender is gone when its
    session's lock is free. Returns how many of each. `present` is the asking sender itself."""
    freed = lost = 0
    for holder in await ledger.holders(tx):
        if holder == present or not await ledger.is_gone(tx, holder):
            continue
        reserved, claimed = await ledger.take_back(tx, holder)
        for message in claimed:
            emit_settled(tx, Settled(message, MessageState.UNKNOWN, "sender-gone"))
        freed, lost = freed + reserved, lost + len(claimed)
    return freed, lost


async def count_due(tx: Tx) -> int:
    """Messages that would be handed over now."""
    return await ledger.count_due(tx)


async def declare_due_unknown(tx: Tx) -> None:
    """Messages that would be handed over now may have been already, after the backup from which this ledger came: they
    are unknown, each with its event. What is due later cannot have been."""
    while messages := await ledger.declare_due_unknown(tx, "restored", _CHUNK):
        for message in messages:
            emit_settled(tx, Settled(message, MessageState.UNKNOWN, "restored"))


def emit_settled(tx: Tx, outcome: Settled) -> None:
    """The event of a message's end."""
    message = outcome.message
    tx.publish(
        MessageSettled(
            message_id=message.id,
            campaign_id=message.campaign_id,
            channel=cast(Literal["email"], message.channel),
            step=message.step,
            outcome=cast(Outcome, outcome.state.value),
            reason=outcome.reason,
            bounced=outcome.bounced,
            permit_id=outcome.permit_id,
        ),
        subject=message.customer_id,
        cause=message.entry_id,
    )
    tx.after_commit(SETTLED.labels(outcome.state.value, outcome.reason or "").inc)
