"""Carts of known customers, from Segment's calls to the event that says one was left."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.interactions.recording.service import carts as recording_carts
from services.interactions.recording.service.carts import record_abandoned_carts
from shared.clock import StoppedClock
from shared.contracts.customers import CustomersMerged
from shared.contracts.interactions import CustomRecorded
from shared.contracts.privacy import ErasureRequested
from shared.database.engine import Database
from tests.component.interactions.builders import Body, a_purchase, an_email, an_event, minutes_ago
from tests.component.interactions.conftest import READER, DrivenWorker, as_


def a_cart_event(who: Body, cart: str, minutes: float = 1, action: str = "added_to_cart", **data: Any) -> Body:
    """Something that happened to a cart so many minutes ago."""
    return {
        "type": "browsing",
        "message_id": uuid4().hex,
        "time": minutes_ago(minutes),
        "customer": who,
        "data": {"channel": "web", "action": action, "product_id": "apple", "cart_id": cart, **data},
    }


async def recorded(worker: DrivenWorker, *events: Body) -> None:
    for event in events:
        await worker.send_message(event)
    await worker.drain()


async def carts_of(api: httpx.AsyncClient, customer: UUID, **params: Any) -> list[Body]:
    answer = await api.get("/carts", params={"customer_id": str(customer), **params}, headers=as_(READER))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def look_for_abandoned(worker: DrivenWorker, minutes: float = 0) -> None:
    """The job, as it runs so many minutes from now."""
    clock = StoppedClock(datetime.now(UTC) + timedelta(minutes=minutes))
    database = Database(worker.settings.database_url, source="interactions", clock=clock)
    try:
        more = True
        while more:
            async with database.transaction() as tx:
                more = await record_abandoned_carts(tx, worker.settings)
    finally:
        await database.close()


async def abandoned(worker: DrivenWorker, customer: UUID) -> list[Body]:
    told = await worker.emitted(customer, CustomRecorded)
    return [dict(event.data.properties) for event in told if event.data.name == "cart_abandoned"]


async def test_a_cart_that_was_left_is_told_once_after_the_quiet_time(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches a reminder before its time, a second one for the same silence, and none for the next."""
    who, cart = {"email": an_email()}, uuid4().hex
    customer = worker.customer_of(who["email"])
    await recorded(worker, a_cart_event(who, cart, 50), a_cart_event(who, cart, 40, product_id="pear", quantity=2))
    await recorded(worker, a_cart_event(who, cart, 30, "checkout_started", product_id=None))
    await look_for_abandoned(worker, 29)
    assert await abandoned(worker, customer) == []
    for _ in range(2):
        await look_for_abandoned(worker, 31)
    told = {"cart_id": cart, "products": 2, "pieces": 3, "checkout": True}
    assert await abandoned(worker, customer) == [told]
    (shown,) = await carts_of(api, customer)
    assert (shown["state"], [product["product_id"] for product in shown["products"]]) == (
        "abandoned",
        ["apple", "pear"],
    )
    timeline = await api.get(f"/customers/{customer}/timeline", params={"kind": "custom"}, headers=as_(READER))
    assert timeline.json()["items"][0]["detail"]["properties"]["product_ids"] == ["apple", "pear"]
    await recorded(worker, a_cart_event(who, cart, 2, "removed_from_cart", product_id="pear", quantity=2))
    assert [cart["state"] for cart in await carts_of(api, customer)] == ["open"]
    await look_for_abandoned(worker, 70)
    assert await abandoned(worker, customer) == [told, {**told, "products": 1, "pieces": 1}]


async def test_a_worker_that_is_killed_tells_neither_twice_nor_never(
    worker: DrivenWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a cart that counts as told of although the event was never written, and one that is told twice."""
    who = {"email": an_email()}
    await recorded(worker, a_cart_event(who, "k", 5))

    async def killed(*_: Any) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(recording_carts, "store_and_emit", killed)
        with pytest.raises(ConnectionResetError):
            await look_for_abandoned(worker, 90)
    customer = worker.customer_of(who["email"])
    assert await abandoned(worker, customer) == []
    await asyncio.gather(*(look_for_abandoned(worker, 90) for _ in range(3)))
    assert len(await abandoned(worker, customer)) == 1


async def test_nobody_is_reminded_of_what_was_ordered(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a reminder after the order: one that came first, came late, came under another id, or by another key;
    and an order in a store that ends a cart of the site."""
    first, late, merged, store = [{"email": an_email()} for _ in range(4)]
    ids = [worker.customer_of(who["email"]) for who in (first, late, merged, store)]
    await recorded(worker, a_purchase(customer=first, time=minutes_ago(20)), a_cart_event(first, "c", 30))
    await recorded(worker, a_cart_event(late, "c", 30), a_purchase(customer=late, time=minutes_ago(20)))
    await recorded(worker, a_cart_event(merged, "c", 30), a_cart_event(store, "c", 30))
    await recorded(worker, a_purchase(customer=store, time=minutes_ago(20), data={"channel": "store"}))
    other = {"email": an_email()}
    await recorded(worker, a_purchase(customer=other, time=minutes_ago(20)))
    merge = CustomersMerged(merge_id=uuid4(), survivor=ids[2], absorbed=worker.customer_of(other["email"]))
    await worker.deliver(an_event(merge, ids[2]))
    assert [cart["state"] for cart in await carts_of(api, ids[1])] == ["ordered"]
    await look_for_abandoned(worker, 90)
    assert [len(await abandoned(worker, id)) for id in ids] == [0, 0, 0, 1]
    assert [(await carts_of(api, id))[0]["state"] for id in ids] == ["ordered", "ordered", "ordered", "abandoned"]
    assert await carts_of(api, ids[3], state="ordered") == []


async def test_a_visitor_costs_no_cart_until_somebody_is_known(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a row for each cart of a robot, and a cart that is lost when its visitor signs in."""
    visitor, who = {"visitor": {"source": "web", "id": uuid4().hex}}, an_email()
    before = await worker.value("select count(*) from carts")
    await recorded(worker, a_cart_event(visitor, "v", 5), a_cart_event(visitor, "v", 4, product_id="pear"))
    assert await worker.value("select count(*) from carts") == before
    known = {**visitor, "email": who}
    identify = {"type": "identify", "message_id": uuid4().hex, "time": minutes_ago(1), "customer": known, "data": {}}
    await recorded(worker, identify)
    (cart,) = await carts_of(api, worker.customer_of(who))
    assert [product["product_id"] for product in cart["products"]] == ["apple", "pear"]


async def test_history_and_repeats_change_no_cart(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches reminders of carts of last year when an archive is brought in, and pieces that are counted twice."""
    who = {"email": an_email()}
    twice = a_cart_event(who, "new", 3)
    await recorded(worker, {**a_cart_event(who, "old", 3), "origin": "history"}, twice, twice)
    (cart,) = await carts_of(api, worker.customer_of(who["email"]))
    assert (cart["cart_id"], cart["products"]) == ("new", [{"product_id": "apple", "pieces": 1.0}])


async def test_carts_are_paged_and_go_with_an_erasure(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a cart that is lost between pages, and one that outlives its customer."""
    who = {"email": an_email()}
    customer = worker.customer_of(who["email"])
    await recorded(worker, *[a_cart_event(who, f"c{number}", number + 1) for number in range(3)])
    first = (await api.get("/carts", params={"customer_id": str(customer), "limit": 2}, headers=as_(READER))).json()
    rest = await carts_of(api, customer, after=first["next"])
    assert [cart["cart_id"] for cart in [*first["items"], *rest]] == ["c0", "c1", "c2"]
    wrong = await api.get("/carts", params={"after": "eyJpZCI6MX0"}, headers=as_(READER))
    assert wrong.json()["type"] == "/problems/invalid-cursor"
    await worker.deliver(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
    assert await worker.value("select count(*) from carts where customer_id = :id", id=customer) == 0
