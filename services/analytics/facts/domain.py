"""Events as rows: of an interaction one fact, and one for each line of its basket; of a profile its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import (
    BrowsingRecorded,
    ContactRecorded,
    CustomRecorded,
    ExposureRecorded,
    Line,
    PurchaseRecorded,
    ResponseRecorded,
    ReturnRecorded,
)

FACT_EVENTS = (
    PurchaseRecorded,
    ReturnRecorded,
    ContactRecorded,
    ExposureRecorded,
    ResponseRecorded,
    BrowsingRecorded,
    CustomRecorded,
)


@dataclass(slots=True)
class FactRow:
    """One row of `facts`. Money is in minor units of the base currency, None when no rate was known."""

    customer_id: UUID
    time: datetime
    event_id: UUID
    line: int
    event: str
    recorded_at: datetime
    amount: int | None = None
    items: int | None = None
    quantity: float | None = None
    cost: int | None = None
    channel: str | None = None
    store: str | None = None
    product: str | None = None
    category: str | None = None
    brand: str | None = None
    department: str | None = None
    direction: str | None = None
    outcome: str | None = None
    kind: str | None = None
    campaign: str | None = None


def fact_rows(event: Envelope[Any]) -> list[FactRow]:
    """The rows of one event; none for an event that is no interaction."""
    data = event.data
    # Not isinstance: of pydantic's classes it takes a microsecond for each that the data is none of.
    kind = type(data)
    head = (event.subject, event.time, event.id)
    if kind is PurchaseRecorded or kind is ReturnRecorded:
        name = "purchase" if kind is PurchaseRecorded else "return"
        basket = FactRow(
            *head,
            0,
            name,
            event.recorded_at,
            amount=data.base_amount,
            items=len(data.lines),
            channel=data.channel,
            store=data.store,
        )
        return [basket, *_lines(event, name, data)]
    if kind is ContactRecorded:
        return [
            FactRow(
                *head,
                0,
                "contact",
                event.recorded_at,
                channel=data.channel,
                direction=data.direction,
                outcome=data.outcome,
            )
        ]
    if kind is ExposureRecorded:
        return [FactRow(*head, 0, "exposure", event.recorded_at, channel=data.channel, campaign=str(data.campaign_id))]
    if kind is ResponseRecorded:
        campaign = str(data.campaign_id) if data.campaign_id else None
        return [
            FactRow(*head, 0, "response", event.recorded_at, channel=data.channel, kind=data.kind, campaign=campaign)
        ]
    if kind is BrowsingRecorded:
        return [
            FactRow(
                *head,
                0,
                "browsing",
                event.recorded_at,
                channel=data.channel,
                kind=data.action,
                product=data.product_id,
                category=data.category,
                brand=data.brand,
            )
        ]
    if kind is CustomRecorded:
        return [FactRow(*head, 0, "custom", event.recorded_at, channel=data.channel, kind=data.name)]
    return []


def _lines(event: Envelope[Any], name: str, data: PurchaseRecorded | ReturnRecorded) -> Iterator[FactRow]:
    amounts = in_base([line.amount for line in data.lines], data.amount, data.base_amount)
    for number, (line, amount) in enumerate(zip(data.lines, amounts, strict=True), 1):
        yield FactRow(
            event.subject, event.time, event.id, number, f"{name}_line", event.recorded_at,
            amount=amount, quantity=line.quantity, cost=_cost(line, data), product=line.product_id,
            category=line.category, brand=line.brand, department=line.department,
        )  # fmt: skip


def _cost(line: Line, data: PurchaseRecorded | ReturnRecorded) -> int | None:
    if line.cost is None or data.base_amount is None:
        return None
    return line.cost if data.amount == data.base_amount else round(line.cost * data.base_amount / data.amount)


def in_base(amounts: Sequence[int], total: int, base: int | None) -> list[int | None]:
    """Line amounts in the base currency: they add up to `base`, exactly. None each when no rate was known."""
    if base is None:
        return [None] * len(amounts)
    if base == total or total == 0:
        return list(amounts)
    shares: list[int | None] = []
    before = summed = 0
    for amount in amounts:
        summed += amount
        until = (2 * summed * base + total) // (2 * total)
        shares.append(until - before)
        before = until
    return shares


def profile_of(event: Envelope[ProfileChanged]) -> dict[str, Any]:
    """A customer's attributes, those of the record itself among them."""
    data = event.data
    return {
        **data.attributes,
        "kind": data.kind,
        "status": data.status,
        "reachable": data.reachable,
        "time_zone": data.time_zone,
        "language": data.language,
        "created_at": data.created_at.isoformat(),
    }
