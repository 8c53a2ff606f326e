"""What orders come to, before anything is written: the same for a dry run and for the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from services.interactions.identity.domain import person_of
from services.interactions.identity.service import owners_of, resolve
from services.interactions.imports.domain.imports import Import, Outcome
from services.interactions.imports.domain.orders import OrderRead, Reading, read_order
from services.interactions.ingest.errors import EventRefused
from services.interactions.ingest.service.accepting import read_message
from services.interactions.rates.domain import base_amount
from services.interactions.rates.service import rates_of_days
from services.interactions.recording import repository as recording
from services.interactions.recording.domain.digests import digest_of
from services.interactions.recording.domain.messages import InboundEvent, Policy
from shared.database.transaction import Tx
from shared.files.imports.domain import RefusedRow
from shared.files.sheets import SheetRow

# Where the check of events finds a fault, and what the column of it means.
_MEANINGS = {
    "/customer/external_id": "external_id",
    "/customer/email": "email",
    "/customer/card": "card",
    "/customer/phone": "phone",
    "/time": "ordered_at",
    "/data/order_id": "order_id",
    "/message_id": "order_id",
    "/data/currency": "currency",
    "/data/store": "store",
    "/data/payment": "payment",
}


@dataclass(frozen=True, slots=True)
class JudgedOrder:
    """An order that can be taken, or that is recorded already; `stranger` when nobody has told of its customer yet,
    `unvalued` when its currency has no rate on its day."""

    read: OrderRead
    inbound: InboundEvent
    digest: bytes
    outcome: Outcome
    stranger: bool
    unvalued: bool


@dataclass(slots=True)
class JudgedOrders:
    """Orders by what is to be done with them; of the refused ones their rows."""

    orders: list[JudgedOrder] = field(default_factory=list)
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)

    def refuse(self, rows: Sequence[RefusedRow]) -> None:
        """One more order that is not taken."""
        self.refused += 1
        self.refused_rows += rows


async def judge_orders(
    tx: Tx, policy: Policy, made: Import, reading: Reading, orders: Sequence[Sequence[SheetRow]], factor: float
) -> JudgedOrders:
    """Each order (its rows) is new, a duplicate or refused. Nothing is written."""
    result = JudgedOrders()
    read: list[tuple[OrderRead, InboundEvent]] = []
    for rows in orders:
        order = read_order(rows, reading)
        if isinstance(order, OrderRead):
            inbound = _checked(policy, made, reading, order, tx.now, factor)
            if isinstance(inbound, InboundEvent):
                read.append((order, inbound))
                continue
            order = inbound
        result.refuse(order)
    customers = await resolve(tx, policy.key, [inbound.person for _, inbound in read])
    named = await owners_of(tx, {name for _, inbound in read for name in inbound.person.names})
    known = await recording.seen_messages(tx, [digest_of(policy.key, inbound) for _, inbound in read])
    meant = [(order, inbound, to) for (order, inbound), to in zip(read, customers, strict=True) if to is not None]
    for (order, _), to in zip(read, customers, strict=True):
        if to is None:
            result.refuse([RefusedRow(row, "names somebody whose data were erased") for row in order.rows])
    told = await recording.same_orders(
        tx,
        [
            (to.customer_id, datetime.fromisoformat(order.event["time"]), order.event["type"], order.number)
            for order, _, to in meant
        ],
    )
    unvalued = await _without_rate(tx, policy, [order for order, _, _ in meant])
    for place, (order, inbound, _) in enumerate(meant):
        digest = digest_of(policy.key, inbound)
        outcome: Outcome = "duplicate" if digest in known or place in told else "new"
        stranger = not any(name in named for name in inbound.person.names)
        result.orders.append(JudgedOrder(order, inbound, digest, outcome, stranger, place in unvalued))
    return result


def _checked(
    policy: Policy, made: Import, reading: Reading, order: OrderRead, now: datetime, factor: float
) -> InboundEvent | list[RefusedRow]:
    """The order as a message that may be recorded: it passes the check of all doors."""
    try:
        message = read_message(orjson.dumps(order.event), now, factor)
    except EventRefused as refused:
        fault = refused.errors[0]
        reason = f"{_column(fault['where'], reading)}: {fault['what']}"
        return [RefusedRow(row, reason) for row in order.rows]
    return InboundEvent(
        publisher=made.publisher,
        message=message,
        person=person_of(policy.key, message.customer),
        trust="server",
        ids_of=f"orders of {reading.terms.source}",
    )


def _column(where: str, reading: Reading) -> str:
    for place, meaning in _MEANINGS.items():
        if where == place or where.startswith(f"{place}/"):
            return reading.column_of(meaning)
    # /data/lines/3/product_id
    parts = where.split("/")
    return reading.column_of(parts[4]) if parts[1:3] == ["data", "lines"] and len(parts) > 4 else "the order"


async def _without_rate(tx: Tx, policy: Policy, orders: Sequence[OrderRead]) -> set[int]:
    pairs = [(_currency(order.event), datetime.fromisoformat(order.event["time"]).date()) for order in orders]
    foreign = sorted({pair for pair in pairs if pair[0] != policy.base_currency})
    rates = await rates_of_days(tx, foreign, policy.rate_max_age_days)
    return {
        place
        for place, pair in enumerate(pairs)
        if base_amount(1, pair[0], policy.base_currency, rates.get(pair)) is None
    }


def _currency(event: Mapping[str, Any]) -> str:
    currency: str = event["data"]["currency"]
    return currency
