"""What may be recorded: publishers' messages, and what an installation decides about them."""

from __future__ import annotations

from dataclasses import dataclass

from services.interactions.identity.domain import Person
from shared.contracts.inbound import (
    BrowsingMessage,
    ContactMessage,
    CustomMessage,
    ExposureMessage,
    IdentifyMessage,
    PurchaseMessage,
    ResponseMessage,
    ReturnMessage,
    is_basket,
)
from shared.security.api_keys import Trust

RecordedMessage = (
    PurchaseMessage
    | ReturnMessage
    | ContactMessage
    | ExposureMessage
    | ResponseMessage
    | BrowsingMessage
    | CustomMessage
)
Message = RecordedMessage | IdentifyMessage
KNOWN_TYPES = ("purchase", "return", "contact", "exposure", "response", "browsing", "custom", "identify")


@dataclass(frozen=True, slots=True)
class Policy:
    """What an installation decides: its key, its base currency, and for how many days a rate counts."""

    key: str
    base_currency: str
    rate_max_age_days: int


@dataclass(frozen=True, slots=True)
class InboundEvent:
    """A message that may be recorded, who published it, and the person it names."""

    publisher: str
    message: Message
    person: Person
    trust: Trust
    traceparent: str | None = None
    # When the broker took it (milliseconds of the machine's clock); None when that is not known.
    received_ms: int | None = None
    # By which a repeat is told from another message under the same id (content_digest); None when nobody can say.
    content: bytes | None = None
    # Whose message ids these are, where that is not the publisher: an order comes once, whichever file it stands in.
    ids_of: str | None = None


def basket_currency_of(message: Message) -> str | None:
    """The currency of a basket; None for what is no basket."""
    return message.data.currency if is_basket(message) else None


def total_of(message: Message) -> int | None:
    """What the basket cost, or brought back, in minor units; None for what is no basket."""
    if is_basket(message):
        return sum(line.amount for line in message.data.lines)
    return None
