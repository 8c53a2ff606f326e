"""The catalogue: products in batches, prices by day, what purchases take from it, what it does not know."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from services.interactions.catalogue.domain import subject_of
from shared.contracts.interactions import ProductChanged, PurchaseRecorded
from tests.component.interactions.builders import Body, a_line, a_purchase, an_email
from tests.component.interactions.conftest import MERCHANT, WRITER, DrivenWorker, as_


def a_product(**changes: Any) -> Body:
    """A product that nobody has yet."""
    return {"product_id": uuid4().hex, "name": "Red apples", "price": 299, "cost": 180, "currency": "USD", **changes}


async def put(api: httpx.AsyncClient, *products: Body) -> httpx.Response:
    """The answer to a batch."""
    return await api.put("/products", json={"products": list(products)}, headers=as_(MERCHANT))


async def test_a_batch_is_kept_and_told_once(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Catches a nightly export of 500 equal products that tells 500 events, and a product that others never hear of."""
    product = a_product(category="Fruit/Apples", stock=12.5, complements=["pear"])
    assert (await put(api, product)).json() == {"products": 1, "changed": 1}
    assert (await put(api, product)).json() == {"products": 1, "changed": 0}
    assert (await put(api, {**product, "stock": 11})).json()["changed"] == 1
    told = await worker.emitted(subject_of(product["product_id"]), ProductChanged)
    assert [(event.data.stock, event.data.cost, event.data.category) for event in told] == [
        (12.5, 180, "Fruit/Apples"),
        (11.0, 180, "Fruit/Apples"),
    ]
    shown = (await api.get(f"/products/{product['product_id']}", headers=as_(MERCHANT))).json()
    assert (shown["name"], shown["price"]["price"], shown["complements"]) == ("Red apples", 299, ["pear"])


async def test_one_fault_refuses_the_batch_with_its_place(api: httpx.AsyncClient) -> None:
    """Catches half a catalogue."""
    good, twice = a_product(), a_product()
    bad = [good, twice, twice, a_product(currency="XXY"), a_product(substitutes=["x"], product_id="x")]
    answer = await put(api, *bad)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-products")
    assert [fault["where"] for fault in answer.json()["errors"]] == [
        "/products/2/product_id",
        "/products/3/currency",
        "/products/4/substitutes",
    ]
    missing = await api.get(f"/products/{good['product_id']}", headers=as_(MERCHANT))
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/no-such-product")
    assert (await api.put("/products", json={"products": [good]}, headers=as_(WRITER))).status_code == 403


async def test_a_purchase_takes_the_cost_of_its_day_unless_it_names_one(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches margins that change when a price changes, costs in another currency, and an unknown cost that is 0."""
    product = a_product(cost=180, since="2026-01-01T00:00:00Z", category="Fruit", brand="Acme")
    await put(api, product)
    await put(api, {**product, "cost": 200, "since": "2026-03-01T00:00:00Z"})
    ada, name = an_email(), product["product_id"]
    days = {"2025-12-31": None, "2026-02-01": 450, "2026-03-02": 500}
    for day in days:
        lines = [a_line(product_id=name, quantity=2.5)]
        await worker.send_message(
            a_purchase(customer={"email": ada}, time=f"{day}T12:00:00Z", data={"lines": lines, "order_id": day})
        )
    named = [a_line(product_id=name, cost=1, category="Sale"), a_line(product_id=uuid4().hex)]
    await worker.send_message(a_purchase(customer={"email": ada}, data={"lines": named, "order_id": "named"}))
    foreign = [a_line(product_id=name)]
    await worker.send_message(
        a_purchase(customer={"email": ada}, data={"lines": foreign, "order_id": "euro", "currency": "EUR"})
    )
    await worker.drain()
    bought = {
        event.data.order_id: event.data.lines
        for event in await worker.emitted(worker.customer_of(ada), PurchaseRecorded)
    }
    assert {day: bought[day][0].cost for day in days} == days
    assert (bought["2026-02-01"][0].category, bought["2026-02-01"][0].brand) == ("Fruit", "Acme")
    assert [(line.cost, line.category) for line in bought["named"]] == [(1, "Sale"), (None, None)]
    assert bought["euro"][0].cost is None
    prices = (await api.get(f"/products/{name}/prices", headers=as_(MERCHANT))).json()["items"]
    assert [price["cost"] for price in prices] == [200, 180]


async def test_what_was_bought_and_nobody_knows_is_listed_until_it_is_known(
    api: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Catches margins that are unknown without anybody being told why."""
    strange = f"!{uuid4().hex}"
    await put(api, a_product())
    lines = [a_line(product_id=strange), a_line(product_id=strange)]
    await worker.send_message(a_purchase(data={"lines": lines}))
    await worker.drain()
    listed = (await api.get("/products/unknown", params={"limit": 500}, headers=as_(MERCHANT))).json()["items"]
    assert {one["product_id"]: one["lines"] for one in listed}[strange] == 2
    await put(api, a_product(product_id=strange))
    listed = (await api.get("/products/unknown", params={"limit": 500}, headers=as_(MERCHANT))).json()["items"]
    assert strange not in {one["product_id"] for one in listed}


async def test_products_are_found_by_category_and_page(api: httpx.AsyncClient) -> None:
    """Catches a category that means its namesakes, and products that two pages show or none."""
    top = uuid4().hex
    own = [a_product(category=f"{top}/Apples"), a_product(category=top), a_product(category=f"{top}x")]
    await put(api, *own)
    await api.delete(f"/products/{own[1]['product_id']}", headers=as_(MERCHANT))
    found = await api.get("/products", params={"category": top}, headers=as_(MERCHANT))
    assert [item["product_id"] for item in found.json()["items"]] == [own[0]["product_id"]]
    query = {"category": top, "withdrawn": "true", "limit": "1"}
    first = (await api.get("/products", params=query, headers=as_(MERCHANT))).json()
    second = (await api.get("/products", params={**query, "after": first["next"]}, headers=as_(MERCHANT))).json()
    ids = [item["product_id"] for item in (*first["items"], *second["items"])]
    assert (ids, second["next"]) == (sorted(product["product_id"] for product in own[:2]), None)
    assert (await put(api, own[1])).json()["changed"] == 1
    assert not (await api.get(f"/products/{own[1]['product_id']}", headers=as_(MERCHANT))).json()["withdrawn"]
