"""An interaction as it is stored and emitted, and how it is made from a message or from another service's event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast, get_args
from uuid import UUID

import orjson

from services.interactions.carts.domain import Cart
from services.interactions.recording.domain.digests import Ids, event_id_of, ids_of_outcome
from services.interactions.recording.domain.messages import InboundEvent, basket_currency_of, total_of
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import (
    BrowsingRecorded,
    Channel,
    ContactRecorded,
    CustomRecorded,
    ExposureRecorded,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)
from shared.contracts.privacy import ConsentChanged
from shared.ids import derived_id

# Nobody should get a message today because of what happened before yesterday.
LIVE_FOR = timedelta(hours=24)
_COLUMNS = {"channel", "currency", "campaign_id"}
_KEPT_HERE = {"note", "path", "title", "query", "properties"}
# Of an event of a registered type: the properties that other services are told.
TOLD = "told"
CART_ABANDONED = "cart_abandoned"
# Facts ignore what they do not know, so amounts may be given to all of them.
_FACTS: dict[str, type[Fact]] = {
    "purchase": PurchaseRecorded,
    "return": ReturnRecorded,
    "contact": ContactRecorded,
    "exposure": ExposureRecorded,
    "response": ResponseRecorded,
    "browsing": BrowsingRecorded,
    "custom": CustomRecorded,
}
_CHANNELS: tuple[str, ...] = get_args(Channel)


@dataclass(frozen=True, slots=True)
class RecordedInteraction:
    """Where an interaction lies, and the digest of its message."""

    digest: bytes
    customer_id: UUID
    time: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class NewInteraction:
    """An interaction to record. Amounts are integer minor units; `detail` is the rest of what was sent, as JSON.

    Without `fact` nobody is told: it is of a visitor who is not known, or of a type that nobody has declared.
    """

    id: UUID
    event_id: UUID
    customer_id: UUID
    time: datetime
    kind: str
    channel: str
    origin: Origin
    fact: Fact | None
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


def interaction_of(
    event: InboundEvent,
    ids: Ids,
    customer_id: UUID,
    base_amount: int | None,
    now: datetime,
    *,
    visitor: bool = False,
    told: Mapping[str, Any] | None = None,
) -> NewInteraction | None:
    """What is recorded of a publisher's message. The note of a contact is in `detail`; free text is not in the fact.
    `told` are the properties of an event of a registered type that others are told.

    None for a message that only says who somebody is.
    """
    interaction_id = ids.interaction
    message, amount = event.message, total_of(event.message)
    if message.type == "identify":
        return None
    time = message.time.astimezone(UTC)
    return NewInteraction(
        id=interaction_id,
        event_id=ids.event,
        customer_id=customer_id,
        time=time,
        kind=message.type,
        channel=message.data.channel,
        origin=origin_of(message.origin, time, now),
        fact=None if visitor else _fact(event, interaction_id, amount, base_amount, told),
        detail=_detail(event, told),
        publisher=event.publisher,
        message_id=message.message_id,
        campaign_id=getattr(message.data, "campaign_id", None),
        currency=basket_currency_of(message),
        amount=amount,
        base_amount=base_amount,
        traceparent=event.traceparent,
    )


def _fact(
    event: InboundEvent, id: UUID, amount: int | None, base: int | None, told: Mapping[str, Any] | None
) -> Fact | None:
    message = event.message
    data = message.data.model_dump(exclude=_KEPT_HERE)
    if message.type == "custom":
        if told is None:
            return None
        data["properties"] = told
    return _FACTS[message.type](interaction_id=id, amount=amount, base_amount=base, **data)


def _detail(event: InboundEvent, told: Mapping[str, Any] | None) -> str:
    sent = event.message.data.model_dump_json(exclude=_COLUMNS, exclude_defaults=True)
    return sent if told is None else orjson.dumps({**orjson.loads(sent), TOLD: dict(told)}).decode()


def fact_of(row: Mapping[str, Any]) -> Fact | None:
    """The fact that a stored interaction was emitted as; None for one of a type that nobody has declared."""
    if row["kind"] == "custom":
        if TOLD not in row["detail"]:
            return None
        names = {"interaction_id": row["id"], "channel": row["channel"], "name": row["detail"]["name"]}
        return CustomRecorded(**names, properties=row["detail"][TOLD])
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
    channel = _channel(data.channel)
    fact = ResponseRecorded(
        interaction_id=ids.interaction,
        kind=kind,
        channel=channel,
        campaign_id=data.campaign_id,
        message_id=data.message_id,
    )
    detail = {"kind": kind, "message_id": data.message_id}
    return _caused_by(event, "response", channel, fact, detail, ids, now)


def abandonment_of(cart: Cart, time: datetime, now: datetime) -> NewInteraction:
    """The own event `cart_abandoned` that a cart is which was left at `time`; always the same for the same silence."""
    id = derived_id(
        int(cart.touched_at.timestamp() * 1000), cart.customer_id.bytes, cart.cart_id.encode(), b"cart_abandoned"
    )
    told = {
        "cart_id": cart.cart_id,
        "products": len(cart.products),
        "pieces": sum(cart.products.values()),
        "checkout": cart.checkout,
    }
    fact = CustomRecorded(interaction_id=id, channel=_channel(cart.channel), name=CART_ABANDONED, properties=told)
    return NewInteraction(
        id=id,
        event_id=event_id_of(id),
        customer_id=cart.customer_id,
        time=time,
        kind="custom",
        channel=cart.channel,
        origin=origin_of(Origin.LIVE, time, now),
        fact=fact,
        detail=orjson.dumps(
            {"name": CART_ABANDONED, "properties": {**told, "product_ids": sorted(cart.products)}, TOLD: told}
        ).decode(),
        publisher="interactions",
    )


def _channel(name: str) -> Channel:
    return cast(Channel, name if name in _CHANNELS else "other")


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
