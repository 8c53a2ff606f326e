"""Something that happened with a customer, as it is stored and as it is said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.interactions.domain.acceptance import Message
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.inbound import PurchaseMessage, ReturnMessage
from shared.contracts.interactions import (
    ContactRecorded,
    ExposureRecorded,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)

# Nobody should get a message today because of what happened before yesterday.
LIVE_FOR = timedelta(hours=24)
_COLUMNS = {"channel", "currency", "campaign_id"}
_KEPT_HERE = {"note"}
# Facts ignore what they do not know, so amounts may be given to all of them.
_FACTS: dict[str, type[Fact]] = {
    "purchase": PurchaseRecorded,
    "return": ReturnRecorded,
    "contact": ContactRecorded,
    "exposure": ExposureRecorded,
    "response": ResponseRecorded,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One interaction. Amounts are integer minor units; `detail` is the rest of what was sent, as JSON."""

    id: UUID
    customer_id: UUID
    time: datetime
    kind: str
    channel: str
    origin: Origin
    fact: Fact
    detail: str
    publisher: str
    message_id: str | None = None
    campaign_id: UUID | None = None
    currency: str | None = None
    amount: int | None = None
    base_amount: int | None = None
    cause: Envelope[Any] | None = None
    traceparent: str | None = None


def origin_of(claimed: str, time: datetime, now: datetime) -> Origin:
    """Live only when the publisher does not call it history and it is younger than LIVE_FOR."""
    if claimed == Origin.HISTORY or time < now - LIVE_FOR:
        return Origin.HISTORY
    return Origin.LIVE


def total_of(message: Message) -> int | None:
    """What the basket cost, or brought back, in minor units; None for what is no basket."""
    if isinstance(message, PurchaseMessage | ReturnMessage):
        return sum(line.amount for line in message.data.lines)
    return None


def detail_of(message: Message) -> str:
    """What the columns do not hold, as JSON; the note of a contact is here and nowhere else."""
    return message.data.model_dump_json(exclude=_COLUMNS, exclude_defaults=True)


def fact_of(message: Message, interaction_id: UUID, base: int | None) -> Fact:
    """The event that says `message` was recorded; free text stays behind."""
    data = message.data.model_dump(exclude=_KEPT_HERE)
    return _FACTS[message.type](interaction_id=interaction_id, amount=total_of(message), base_amount=base, **data)


def digest_of(key: str, publisher: str, message_id: str) -> bytes:
    """By which a publisher's message is known for ever without keeping its id: 16 bytes, keyed.

    So the guard against a second recording survives an erasure.
    """
    text = f"{publisher}\x00{message_id}".encode()
    return hashlib.blake2b(text, key=key.encode()[:64], digest_size=16).digest()
