"""The ledger's rows: their identity, their states, and how long a deferred one waits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.ids import digest_id

# A deferred message is tried again after 0.5, 1, 2 … seconds (machine time), at most so many. Short for other services:
# a circuit breaker spares them, and within half a minute of their return everything should flow. Long for what takes
# its time.
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = {
    "provider": 300.0,
    "no-card": 60.0,
    "no-address": 300.0,
    "campaign-paused": 300.0,
    "address-unconfirmed": 300.0,
    "sender-refused": 3600.0,
}
_LONGEST_OTHERWISE_S = 8.0
# A provider that refuses who sends is not asked again at once: it would think the worse of us.
_FIRST_WAITS_S = {"sender-refused": 60.0}


class MessageState(StrEnum):
    """waiting → claimed → handed_over | refused | failed | unknown."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message that is to be enrolled. `entry_id` is the event, transition or run that led to it; `terms_id` names
    what the gate judges it by."""

    customer_id: UUID
    campaign_id: UUID
    entry_id: UUID
    step: str
    channel: str
    purpose: str
    priority: int
    expires_at: datetime
    terms_id: UUID
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """A row of the ledger, as the sender needs it. `attempts` counts what `deferred_for` has met in a row."""

    id: UUID
    customer_id: UUID
    campaign_id: UUID
    entry_id: UUID
    terms_id: UUID
    step: str
    channel: str
    expires_at: datetime
    attempts: int
    deferred_for: str | None
    context: Mapping[str, Any]

    def tried(self, reason: str) -> int:
        """How often in a row this message was deferred for `reason`."""
        return self.attempts if self.deferred_for == reason else 0


def message_id(campaign_id: UUID, entry_id: UUID, customer_id: UUID, step: str, channel: str) -> UUID:
    """The row's id, derived from the ledger key: whoever enrols the same entry again meets the same row, even after
    the ledger was restored from a backup. UUID version 8."""
    key = campaign_id.bytes + entry_id.bytes + customer_id.bytes + f"{step}\n{channel}".encode()
    return digest_id(hashlib.sha256(key).digest())


def backoff(reason: str, attempts: int, factor: float) -> timedelta:
    """How long a message that met a hindrance waits, in business time: machine seconds times the clock's factor."""
    longest = _LONGEST_WAIT_S.get(reason, _LONGEST_OTHERWISE_S)
    first = _FIRST_WAITS_S.get(reason, _FIRST_WAIT_S)
    return timedelta(seconds=min(first * 2 ** min(attempts, 10), longest) * factor)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a message ended. `bounced`: the provider says that the address does not exist."""

    message: Message
    state: MessageState
    reason: str | None = None
    bounced: bool = False
    permit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Postponed:
    """A message that certainly was not handed over and is tried again at `until`."""

    message: Message
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a message stands, or ended."""

    state: str
    reason: str | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message as the list of messages shows it."""

    id: UUID
    customer_id: UUID
    entry_id: UUID
    step: str
    channel: str
    state: MessageState
    reason: str | None
    deferred_for: str | None
    attempts: int
    enrolled_at: datetime
    not_before: datetime
    expires_at: datetime
    claimed_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    permit_id: UUID | None
    bounced: bool


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A message to one customer, as whoever talks with them sees it. `responses` are what came back, by kind."""

    row: MessageRow
    campaign_id: UUID
    purpose: str
    responses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that counts for frequency caps: it was handed over, is just being handed over, or nobody knows."""

    at: datetime
    campaign_id: UUID
    purpose: str


@dataclass(frozen=True, slots=True)
class Response:
    """An exposure or a response to one of our messages."""

    customer_id: UUID
    campaign_id: UUID
    message_id: UUID
    kind: str
    link: str
    at: datetime
