"""What letters are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


class CannotRender(Exception):
    """A template that failed for one customer; the text names the part and never holds customer data."""


@dataclass(frozen=True, slots=True)
class Content:
    """Liquid templates of one message."""

    subject: str
    text: str
    html: str | None = None


@dataclass(frozen=True, slots=True)
class LetterSource:
    """The templates of a letter and the campaign for which it speaks; `name` is what templates call campaign.name."""

    campaign_id: UUID
    name: str
    purpose: str
    channel: str
    content: Content


@dataclass(frozen=True, slots=True)
class Reference:
    """Whom and what a message belongs to; its links carry these ids."""

    message_id: UUID
    customer_id: UUID
    context: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The parts of one message for one customer."""

    subject: str
    text: str
    html: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One finished message. `key` is the ledger row's id, and the provider's idempotency key where there is one."""

    key: UUID
    recipient: str
    content: bytes
