"""An interaction as it is stored and emitted, and how it is made from a message or from another service's event."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast, get_args
from uuid import UUID

import orjson

from services.interactions.identity.domain import Person
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.inbound import (
    ContactMessage,
    ExposureMessage,
    IdentifyMessage,
    PurchaseMessage,
    ResponseMessage,
    ReturnMessage,
    TraitValue,
)
from shared.contracts.interactions import (
    Channel,
    ContactRecorded,
    ExposureRecorded,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)
from shared.contracts.privacy import ConsentChanged
from shared.ids import derived_id, milliseconds_of, new_id
from shared.security.api_keys import Trust

RecordedMessage = PurchaseMessage | ReturnMessage | ContactMessage | ExposureMessage | ResponseMessage
Message = RecordedMessage | IdentifyMessage

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
KNOWN_TYPES = (*_FACTS, "identify")
_CHANNELS: tuple[str, ...] = get_args(Channel)
_TRAITS = "traits"
_HEARSAY = "browser:"


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
    # Whose message ids these are, where that is not the publisher: an order comes once, whichever file it stands in.
    ids_of: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedInteraction:
    """Where an interaction lies, and the digest of its message."""

    digest: bytes
    customer_id: UUID
    time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class NewInteraction:
    """An interaction to record. Amounts are integer minor units; `detail` is the rest of what was sent, as JSON."""

    id: UUID
    event_id: UUID
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


@dataclass(frozen=True, slots=True)
class Ids:
    """Of an interaction, and of the event that tells of it."""

    interaction: UUID
    event: UUID


def ids_of_message(digest: bytes, received_ms: int | None) -> Ids:
    """Always the same for a publisher's message, known by its digest: recorded again, after the restore of a backup, it
    is the interaction that other services have. New ones when nobody knows when it was received."""
    id = new_id() if received_ms is None else derived_id(received_ms, digest, b"interaction")
    return Ids(id, event_id_of(id))


def ids_of_outcome(event: Envelope[Any], kind: str) -> Ids:
    """Always the same for what another service's event led to."""
    id = derived_id(milliseconds_of(event.id) or 0, event.id.bytes, kind.encode(), b"interaction")
    return Ids(id, event_id_of(id))


def event_id_of(interaction_id: UUID) -> UUID:
    """The id of the event that tells of an interaction: so it can be told again."""
    return derived_id(milliseconds_of(interaction_id) or 0, interaction_id.bytes, b"event")


def origin_of(claimed: str, time: datetime, now: datetime) -> Origin:
    """Live only when the publisher does not call it history and it is younger than LIVE_FOR."""
    if claimed == Origin.HISTORY or time < now - LIVE_FOR:
        return Origin.HISTORY
    return Origin.LIVE


def basket_currency_of(message: Message) -> str | None:
    """The currency of a basket; None for what is no basket."""
    return message.data.currency if isinstance(message, PurchaseMessage | ReturnMessage) else None


def total_of(message: Message) -> int | None:
    """What the basket cost, or brought back, in minor units; None for what is no basket."""
    if isinstance(message, PurchaseMessage | ReturnMessage):
        return sum(line.amount for line in message.data.lines)
    return None


def interaction_of(
    event: InboundEvent, ids: Ids, customer_id: UUID, base_amount: int | None, now: datetime
) -> NewInteraction | None:
    """What is recorded of a publisher's message. The note of a contact is in `detail`; free text is not in the fact.

    None for a message that only says who somebody is.
    """
    interaction_id = ids.interaction
    message, amount = event.message, total_of(event.message)
    if isinstance(message, IdentifyMessage):
        return None
    data = message.data.model_dump(exclude=_KEPT_HERE)
    time = message.time.astimezone(UTC)
    return NewInteraction(
        id=interaction_id,
        event_id=ids.event,
        customer_id=customer_id,
        time=time,
        kind=message.type,
        channel=message.data.channel,
        origin=origin_of(message.origin, time, now),
        fact=_FACTS[message.type](interaction_id=interaction_id, amount=amount, base_amount=base_amount, **data),
        detail=message.data.model_dump_json(exclude=_COLUMNS, exclude_defaults=True),
        publisher=event.publisher,
        message_id=message.message_id,
        campaign_id=getattr(message.data, "campaign_id", None),
        currency=basket_currency_of(message),
        amount=amount,
        base_amount=base_amount,
        traceparent=event.traceparent,
    )


def fact_of(row: Mapping[str, Any]) -> Fact:
    """The fact that a stored interaction was emitted as."""
    columns = ("channel", "campaign_id", "currency", "amount", "base_amount")
    values = {name: row[name] for name in columns if row[name] is not None}
    return _FACTS[row["kind"]].model_validate(
        {**row["detail"], "base_amount": None, **values, "interaction_id": row["id"]}
    )


def exposure_of(settled: Envelope[MessageSettled], now: datetime) -> NewInteraction:
    """The exposure that a message handed over is."""
    data, ids = settled.data, ids_of_outcome(settled, "exposure")
    fact = ExposureRecorded(
        interaction_id=ids.interaction,
        channel=data.channel,
        campaign_id=data.campaign_id,
        message_id=data.message_id,
        step=data.step,
    )
    detail = {"message_id": data.message_id, "step": data.step}
    return _caused_by(settled, "exposure", data.channel, fact, detail, ids, now)


def response_of(
    event: Envelope[MessageSettled] | Envelope[ConsentChanged],
    kind: Literal["bounced", "unsubscribed"],
    now: datetime,
) -> NewInteraction:
    """The response that a bounce or a withdrawal of consent is."""
    data, ids = event.data, ids_of_outcome(event, kind)
    channel = cast(Channel, data.channel if data.channel in _CHANNELS else "other")
    fact = ResponseRecorded(
        interaction_id=ids.interaction,
        kind=kind,
        channel=channel,
        campaign_id=data.campaign_id,
        message_id=data.message_id,
    )
    detail = {"kind": kind, "message_id": data.message_id}
    return _caused_by(event, "response", channel, fact, detail, ids, now)


def message_digest(key: str, publisher: str, message_id: str) -> bytes:
    """By which a publisher's message is known for ever without keeping its id: 16 bytes, keyed.

    So the guard against a second recording survives an erasure.
    """
    text = f"{publisher}\x00{message_id}".encode()
    return hashlib.blake2b(text, key=key.encode()[:64], digest_size=16).digest()


def digest_of(key: str, event: InboundEvent) -> bytes:
    """The digest by which the message of an event is known."""
    return message_digest(key, event.ids_of or event.publisher, event.message.message_id)


def observation_digests(person: Person, traits: Mapping[str, TraitValue], trust: Trust) -> dict[str, bytes]:
    """What customers would learn from a message: slot -> digest. One slot for each identifier, one for the traits as a
    whole, so that a value that changes and changes back is emitted again. What a browser says has slots of its own: a
    server's word for the same is news."""
    digests = {fingerprint: bytes.fromhex(fingerprint)[:16] for fingerprint in person.fingerprints}
    if traits:
        packed = orjson.dumps(dict(traits), option=orjson.OPT_SORT_KEYS)
        digests[_TRAITS] = hashlib.blake2b(packed, digest_size=16).digest()
    return digests if trust == "server" else {_HEARSAY + slot: digest for slot, digest in digests.items()}


def name_in(slot: str) -> str | None:
    """The fingerprint that a slot is about; None for traits."""
    name = slot.removeprefix(_HEARSAY)
    return None if name == _TRAITS else name


def tells_anything_new(digests: Mapping[str, bytes], known: Mapping[str, bytes]) -> bool:
    """True when customers has not been told all of `digests` already. A browser's word is no news after a server's."""
    return any(
        digest not in (known.get(slot), known.get(slot.removeprefix(_HEARSAY))) for slot, digest in digests.items()
    )


def _caused_by(
    event: Envelope[Any],
    kind: str,
    channel: str,
    fact: Fact,
    detail: dict[str, Any],
    ids: Ids,
    now: datetime,
) -> NewInteraction:
    """What another service reported. What is not live stays what it is; what is live and old became history."""
    live = event.origin == Origin.LIVE
    return NewInteraction(
        id=ids.interaction,
        event_id=ids.event,
        customer_id=event.subject,
        time=event.time,
        kind=kind,
        channel=channel,
        origin=origin_of(event.origin, event.time, now) if live else event.origin,
        fact=fact,
        detail=orjson.dumps(detail).decode(),
        publisher=event.source,
        campaign_id=event.data.campaign_id,
        cause=event,
    )
