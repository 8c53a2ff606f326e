"""The official Python client, unmodified, against the app and the broker: every call is recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from segment.analytics import Client

from shared.contracts.interactions import (
    BrowsingRecorded,
    Identifier,
    IdentityObserved,
    PurchaseRecorded,
    ReturnRecorded,
)
from shared.customers.identifiers import customer_id_of, visitor_subject
from tests.component.interactions.conftest import WRITER, DrivenWorker
from tests.component.interactions.segment_api.conftest import Line

PRODUCTS = [
    {"product_id": "pear", "price": 10.0, "quantity": 2, "category": "Fruit", "brand": "Acme"},
    {"product_id": "plum", "price": 5.0, "quantity": 1},
]


async def send(port: int, use: Callable[[Any], None], **options: Any) -> list[Exception]:
    """What the client could not deliver, after `use` made its calls."""
    failures: list[Exception] = []

    def run() -> None:
        client = Client(
            WRITER, host=f"http://127.0.0.1:{port}", on_error=lambda error, _: failures.append(error), **options
        )
        use(client)
        client.flush()
        client.join()

    await asyncio.to_thread(run)
    return failures


def customer(worker: DrivenWorker, user_id: str) -> UUID:
    """Whom this `userId` means: the key's id is the source of its accounts."""
    key = worker.settings.installation_key.get_secret_value()
    return customer_id_of(key, Identifier(kind="external_id", value=user_id, source="writer"))


def visitor_of(worker: DrivenWorker, anonymous_id: str) -> UUID:
    """Under which id a visitor is kept."""
    return visitor_subject(worker.settings.installation_key.get_secret_value(), "writer", anonymous_id)


async def test_who_somebody_is_reaches_customers_and_no_timeline(server: int, worker: DrivenWorker) -> None:
    """Would catch an identify that is lost, told twice, or that shows as something which happened."""
    user, email = uuid4().hex, f"{uuid4().hex}@example.test"
    traits = {"email": email, "firstName": "Ada", "address": {"city": "London", "postalCode": "N1"}, "company": {}}

    def use(client: Any) -> None:
        client.identify(user, traits)
        client.identify(user, traits)

    assert await send(server, use) == []
    await worker.drain()
    (told,) = await worker.emitted(customer(worker, user))
    assert isinstance(told.data, IdentityObserved)
    assert [(known.kind, known.source) for known in told.data.identifiers] == [
        ("external_id", "writer"),
        ("email", None),
    ]
    assert told.data.traits == {"firstName": "Ada", "city": "London", "postal_code": "N1"}
    assert told.data.trust == "server"
    assert await worker.count(customer(worker, user)) == 0


async def test_an_order_is_a_purchase_with_what_was_paid(server: int, worker: DrivenWorker) -> None:
    """Would catch a discount that is paid twice, cents that are lost in sharing it out, and a time of the door's."""
    user, when = uuid4().hex, datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    order = {"order_id": "A-1", "revenue": 22.01, "tax": 2, "currency": "usd", "products": PRODUCTS}
    assert await send(server, lambda client: client.track(user, "Order Completed", order, timestamp=when)) == []
    await worker.drain()
    (bought,) = await worker.emitted(customer(worker, user), PurchaseRecorded)
    assert (bought.data.amount, bought.data.currency, bought.data.order_id) == (2201, "USD", "A-1")
    assert [(line.product_id, line.amount, line.discount, line.tax) for line in bought.data.lines] == [
        ("pear", 1760, 240, 160),
        ("plum", 441, 59, 40),
    ]
    assert (bought.data.lines[0].category, bought.data.lines[0].quantity) == ("Fruit", 2)
    assert abs((bought.time - when).total_seconds()) < 10


async def test_every_call_of_a_batch_is_recorded_once(server: int, worker: DrivenWorker) -> None:
    """Would catch a call that is lost, a visitor's order that is not joined by the alias, a compressed batch that is
    refused."""
    user, visitor = uuid4().hex, uuid4().hex

    def use(client: Any) -> None:
        client.track(user, "Order Completed", {"order_id": "B-1", "total": 30, "shipping": 5, "products": PRODUCTS})
        client.track(user, "Order Refunded", {"order_id": "B-1", "total": 10, "products": PRODUCTS[:1]})
        client.track(user, "Product Viewed", PRODUCTS[0])
        client.page(user, "Shop", "Home")
        client.screen(user, "Shop", "Home")
        client.group(user, "acme", {"name": "Acme"})
        client.alias(visitor, user)
        client.track(anonymous_id=visitor, event="Order Completed", properties={"total": 9})

    assert await send(server, use, gzip=True) == []
    await worker.drain()
    assert await worker.count(customer(worker, user)) == 7
    bought, visited = await worker.emitted(customer(worker, user), PurchaseRecorded)
    (returned,) = await worker.emitted(customer(worker, user), ReturnRecorded)
    assert (bought.data.amount, returned.data.amount, returned.data.order_id) == (2500, 1000, "B-1")
    assert visited.data.amount == 900
    browsed = await worker.emitted(customer(worker, user), BrowsingRecorded)
    assert {event.data.action for event in browsed} == {"product_viewed", "page_viewed", "screen_viewed"}
    assert await worker.count(visitor_of(worker, visitor)) == 0


async def test_a_batch_whose_answer_was_lost_is_recorded_once(line: Line, worker: DrivenWorker) -> None:
    """Would catch a retry after a killed connection that doubles what was recorded before."""
    user = uuid4().hex

    def use(client: Any) -> None:
        for number in range(20):
            client.track(user, "Order Completed", {"order_id": f"C-{number}", "revenue": 1 + number})

    assert await send(line.port, use) == []
    assert line.losses == 0
    assert line.requests > 1, "the client sent nothing again"
    assert await worker.drain() > 20
    orders = [bought.data.order_id for bought in await worker.emitted(customer(worker, user), PurchaseRecorded)]
    assert sorted(orders) == sorted(f"C-{number}" for number in range(20))
