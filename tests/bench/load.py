"""What the rows feed in: publishers' messages, recorded events, and their way onto a topic."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
from aiokafka import AIOKafkaProducer

from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope, Fact, Origin
from shared.contracts.interactions import ContactRecorded, Identifier, Line, PurchaseRecorded
from shared.customers.identifiers import customer_id_of
from shared.ids import new_id
from tests.bench.engine import CATEGORIES

Outgoing = tuple[bytes, bytes, list[tuple[str, bytes]]]
SOURCE = "bench"


def external_id(number: int) -> Identifier:
    """By what publishers name customer `number`."""
    return Identifier(kind="external_id", value=f"customer-{number}", source=SOURCE)


def customer_ids(key: str, count: int) -> list[UUID]:
    """The ids that the installation derives for customers 0, 1, …"""
    return [customer_id_of(key, external_id(number)) for number in range(count)]


def address(number: int) -> str:
    """The address of customer `number`."""
    return f"customer-{number}@example.test"


def message(number: int, kind: str = "purchase", **more: Any) -> dict[str, Any]:
    """An event of customer `number`, as a storefront sends it; `more` replaces fields."""
    data: dict[str, Any] = {"channel": "web"}
    if kind == "purchase":
        line = {"product_id": "1082185", "quantity": 1, "amount": 1250, "category": CATEGORIES[number % 12]}
        data |= {"currency": "USD", "lines": [line, {**line, "product_id": "981760", "amount": 399}]}
    else:
        data |= {"channel": "phone", "direction": "in"}
    body: dict[str, Any] = {
        "message_id": uuid4().hex,
        "type": kind,
        "time": datetime.now(UTC).isoformat(),
        "customer": {"external_id": {"source": SOURCE, "id": f"customer-{number}"}},
        "data": data,
    }
    return body | more


def with_address(number: int, **more: Any) -> dict[str, Any]:
    """A message that also says how the customer can be reached."""
    body = message(number, **more)
    return body | {"customer": {**body["customer"], "email": address(number)}, "traits": {"given_name": "Ada"}}


def inbound(publisher: str, body: dict[str, Any]) -> bytes:
    """The record that lies on interactions-inbound."""
    return orjson.dumps({"publisher": publisher, "received_at": datetime.now(UTC), "message": body})


def inbound_records(ids: Sequence[UUID], count: int, seed: int = 1) -> Iterator[Outgoing]:
    """Half purchases of two lines, half contacts, of random customers."""
    rng = random.Random(seed)
    for _ in range(count):
        number = rng.randrange(len(ids))
        body = message(number, rng.choice(("purchase", "contact")))
        yield str(ids[number]).encode(), inbound(SOURCE, body), []


def an_event(data: Fact, subject: UUID, time: datetime, recorded_at: datetime, version: int = 1) -> Envelope[Any]:
    """An envelope as the owner of the fact says it."""
    return Envelope(
        id=new_id(), type=data.TYPE, source=data.TYPE.partition(".")[0], subject=subject, time=time,
        recorded_at=recorded_at, version=version, origin=Origin.LIVE, cause=None, traceparent=None, data=data,
    )  # fmt: skip


def recorded(
    ids: Sequence[UUID], count: int, until: datetime, over: timedelta, seed: int = 2
) -> Iterator[Envelope[Any]]:
    """Recorded events in the order of their recording, the last at `until`: half of them purchases of two lines, half
    contacts; one in twenty occurred up to a day before it was recorded."""
    rng = random.Random(seed)
    for number in range(count):
        at = until - over * (1 - (number + 1) / count)
        late = timedelta(seconds=rng.randrange(86_400) if rng.random() < 0.05 else rng.random())
        yield an_event(a_fact(rng), rng.choice(ids), at - late, at)


def a_fact(rng: random.Random) -> Fact:
    """A purchase of two lines, or a contact."""
    if rng.random() < 0.5:
        return ContactRecorded(interaction_id=new_id(), channel="phone", direction="in")
    amounts = [rng.randint(100, 5_000), rng.randint(100, 5_000)]
    lines = [
        Line(product_id=f"p{rng.randrange(500)}", quantity=1, amount=one, category=rng.choice(CATEGORIES))
        for one in amounts
    ]
    total = sum(amounts)
    return PurchaseRecorded(
        interaction_id=new_id(), channel="web", currency="USD", amount=total, base_amount=total, lines=lines
    )


def profiles(ids: Iterable[UUID], at: datetime, seed: int = 3) -> Iterator[Envelope[Any]]:
    """What customers says of each."""
    rng = random.Random(seed)
    for id in ids:
        held = {"age": rng.randint(15, 90), "sex": rng.choice(("female", "male"))}
        data = ProfileChanged(
            kind="person", status="active", attributes=held, changed=list(held), reachable=["email"], time_zone="UTC",
            created_at=at - timedelta(days=30),
        )  # fmt: skip
        yield an_event(data, id, at, at)


def on_the_wire(event: Envelope[Any]) -> Outgoing:
    """An event as the relay sends it."""
    return str(event.subject).encode(), event.to_bytes(), [("type", event.type.encode())]


async def fill(bootstrap: str, topic: str, records: Iterable[Outgoing]) -> int:
    """Put all on the topic; returns how many, when the broker has confirmed them."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, linger_ms=20, max_batch_size=262_144
    )
    await producer.start()
    try:
        count = 0
        for key, value, headers in records:
            await producer.send(topic, value, key=key, headers=headers)
            count += 1
        await producer.flush()
    finally:
        await producer.stop()
    return count
