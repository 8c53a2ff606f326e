"""Events as analytics reads them, one override at a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import (
    ContactRecorded,
    ExposureRecorded,
    Line,
    PurchaseRecorded,
    ResponseKind,
    ResponseRecorded,
    ReturnRecorded,
)
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.ids import new_id


def an_event(
    data: Fact,
    subject: UUID,
    at: datetime,
    *,
    time: datetime | None = None,
    id: UUID | None = None,
    version: int = 1,
    origin: Origin = Origin.LIVE,
) -> Envelope[Any]:
    """`data` about `subject`, recorded at `at`."""
    return Envelope(
        id=id or new_id(),
        type=data.TYPE,
        source=data.TYPE.split(".")[0],
        subject=subject,
        time=time or at,
        recorded_at=at,
        version=version,
        origin=origin,
        cause=None,
        traceparent=None,
        data=data,
    )


def a_purchase(
    subject: UUID, at: datetime, *, amount: int = 1500, category: str = "apples", **event: Any
) -> Envelope[Any]:
    """A basket with one line; `amount` is its value in the base currency, of which another was paid."""
    line = Line(product_id="p1", quantity=1, amount=paid(amount), category=category)
    data = PurchaseRecorded(
        interaction_id=uuid4(), channel="store", currency="GBP", amount=paid(amount), base_amount=amount, lines=[line]
    )
    return an_event(data, subject, at, **event)


def a_return(subject: UUID, at: datetime, *, amount: int = 1500, **event: Any) -> Envelope[Any]:
    """Goods that came back; `amount` as for a purchase."""
    line = Line(product_id="p1", quantity=1, amount=paid(amount), category="apples")
    data = ReturnRecorded(
        interaction_id=uuid4(), channel="store", currency="GBP", amount=paid(amount), base_amount=amount, lines=[line]
    )
    return an_event(data, subject, at, **event)


def paid(amount: int) -> int:
    """What is paid in pounds for something of this value: never the same number."""
    return amount * 4 // 5 + 1


def an_exposure(subject: UUID, at: datetime, *, campaign: UUID, **event: Any) -> Envelope[Any]:
    """A campaign's message was handed over."""
    data = ExposureRecorded(interaction_id=uuid4(), channel="email", campaign_id=campaign, message_id=uuid4())
    return an_event(data, subject, at, **event)


def a_response(
    subject: UUID, at: datetime, *, kind: ResponseKind = "clicked", campaign: UUID | None = None, **event: Any
) -> Envelope[Any]:
    """What came back to it."""
    data = ResponseRecorded(interaction_id=uuid4(), kind=kind, channel="email", campaign_id=campaign)
    return an_event(data, subject, at, **event)


def a_contact(subject: UUID, at: datetime, **event: Any) -> Envelope[Any]:
    """A call that came in."""
    return an_event(ContactRecorded(interaction_id=uuid4(), channel="phone", direction="in"), subject, at, **event)


def a_profile(subject: UUID, at: datetime, *, attributes: dict[str, Any] | None = None, **event: Any) -> Envelope[Any]:
    """The record of a person."""
    held = attributes or {"sex": "male"}
    data = ProfileChanged(
        kind="person", status="active", attributes=held, changed=list(held), reachable=["email"], time_zone="UTC",
        created_at=at - timedelta(days=30),
    )  # fmt: skip
    return an_event(data, subject, at, **event)


def a_consent(
    subject: UUID, at: datetime, *, state: Any = "granted", purpose: str = "marketing", **event: Any
) -> Envelope[Any]:
    """Consent to marketing by e-mail."""
    data = ConsentChanged(consent_id=uuid4(), purpose=purpose, channel="email", state=state)
    return an_event(data, subject, at, **event)


def a_merge(survivor: UUID, absorbed: UUID, at: datetime, merge_id: UUID, **event: Any) -> Envelope[Any]:
    """Two customers are one."""
    return an_event(CustomersMerged(merge_id=merge_id, survivor=survivor, absorbed=absorbed), survivor, at, **event)


def an_undone_merge(survivor: UUID, absorbed: UUID, at: datetime, merge_id: UUID, **event: Any) -> Envelope[Any]:
    """They are two again."""
    return an_event(MergeUndone(merge_id=merge_id, survivor=survivor, absorbed=absorbed), survivor, at, **event)


def an_erasure(subject: UUID, at: datetime, *, aliases: list[UUID] | None = None, **event: Any) -> Envelope[Any]:
    """The tombstone."""
    return an_event(ErasureRequested(request_id=uuid4(), aliases=aliases or []), subject, at, **event)


def bought(times: int = 1, last: str = "P30D", event: str = "purchase") -> dict[str, Any]:
    """Customers who bought at least so often lately."""
    return {"event": event, "agg": "count", "window": {"last": last}, "op": "gte", "value": times}
