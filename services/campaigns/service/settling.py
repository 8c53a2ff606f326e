"""How messages end: written to the ledger and said in the same breath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast
from uuid import UUID

from services.campaigns.domain.ledger import Message, MessageState, Settled
from services.campaigns.errors import MessageNotFound
from services.campaigns.repository import ledger
from shared.contracts.campaigns import MessageSettled, Outcome
from shared.database.transaction import Tx
from shared.observability.metrics import counter

SETTLED = counter("messages_settled_total", "Messages that reached an end", ["state", "reason"])


async def settle(tx: Tx, holder: int, outcomes: Sequence[Settled]) -> None:
    """These messages of this sender have ended, and everybody hears of it."""
    for outcome in await ledger.settle(tx, holder, outcomes):
        say_settled(tx, outcome)


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
    say_settled(tx, Settled(message, state, reason))
    return message


async def recover(tx: Tx, present: int | None = None) -> tuple[int, int]:
    """Messages of senders that are gone: reserved ones are free again, claimed ones unknown. A sender is gone when its
    session's lock is free. Returns how many of each. `present` is the asking sender itself."""
    freed = lost = 0
    for holder in await ledger.holders(tx):
        if holder == present or not await ledger.is_gone(tx, holder):
            continue
        reserved, claimed = await ledger.take_back(tx, holder)
        for message in claimed:
            say_settled(tx, Settled(message, MessageState.UNKNOWN, "sender-gone"))
        freed, lost = freed + reserved, lost + len(claimed)
    return freed, lost


def say_settled(tx: Tx, outcome: Settled) -> None:
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
    SETTLED.labels(outcome.state.value, outcome.reason or "").inc()
