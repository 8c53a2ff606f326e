"""What letters are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


class CannotRender(Exception):
    """A letter that cannot be written for one customer. The text never holds customer data; `reason` is kept in the
    ledger; `part` and `line` say where in the template, when that is known."""

    def __init__(self, what: str, reason: str = "template", *, part: str = "", line: int = 0) -> None:
        super().__init__(what)
        self.reason = reason
        self.part = part
        self.line = line


@dataclass(frozen=True, slots=True)
class WriterSettings:
    """What letters need to know of the installation; `link_key` signs their links."""

    link_key: str
    link_key_id: str
    public_url: str
    unsubscribe_url: str
    sender_address: str
    sender_name: str


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
    """Whom and what a message belongs to; its links carry these ids. In a trial they carry none: the unsubscribe link
    withdraws nothing, and nothing is tracked for anybody."""

    message_id: UUID
    customer_id: UUID
    context: Mapping[str, object]
    trial: bool = False
    # The keyed hash of the address to which it goes: whoever unsubscribes by its link does so by that address.
    address_hash: str | None = None


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


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a template: in which part (subject, text, html), where and what."""

    part: str
    line: int
    what: str
