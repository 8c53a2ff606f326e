"""Identifiers of customers through the real app: one owner, marks, removal."""

from __future__ import annotations

from uuid import uuid4

import httpx

from shared.contracts.customers import IdentifierRetired
from tests.component.customers.builders import a_customer, an_email, created, derived, read
from tests.component.customers.conftest import World


async def test_an_identifier_has_one_owner_and_the_refusal_names_it(api: httpx.AsyncClient) -> None:
    first = await created(api)
    email = {"kind": "email", "value": first["identifiers"][0]["value"].upper()}
    answer = await api.post("/customers", json=a_customer(identifiers=[{"kind": "card", "value": uuid4().hex}, email]))
    assert answer.status_code == 409
    assert answer.json()["customer_id"] == first["customer_id"]
    assert answer.json()["errors"][0]["where"] == "/identifiers/1"
    other = await created(api)
    answer = await api.post(f"/customers/{other['customer_id']}/identifiers", json=email)
    assert (answer.status_code, answer.json()["customer_id"]) == (409, first["customer_id"])


async def test_a_phone_may_be_shared_and_finds_both(api: httpx.AsyncClient) -> None:
    phone = {"kind": "phone", "value": f"+44 20 {uuid4().int % 10**8:08}"}
    both = {(await created(api, identifiers=[phone]))["customer_id"] for _ in range(2)}
    assert len(both) == 2
    answer = await api.post("/customers/search", json={"identifier": phone})
    assert {customer["customer_id"] for customer in answer.json()["items"]} == both


async def test_a_removed_identifier_derives_somebody_new(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    held = body["identifiers"][0]
    email = {"kind": "email", "value": held["value"]}
    path = f"/customers/{body['customer_id']}/identifiers/{held['identifier_id']}"
    answer = await api.delete(path)
    assert (answer.status_code, answer.json()["identifiers"], answer.json()["reachable"]) == (200, [], [])
    (retired,) = await world.emitted(body["customer_id"], IdentifierRetired)
    assert retired.data.generation == 1
    assert (await world.profiles(body["customer_id"]))[-1].changed == ["reachable"]
    assert (await api.delete(path)).status_code == 404
    again = await created(api, identifiers=[email])
    assert again["customer_id"] == str(derived(world.settings, email, generation=1))


async def test_of_one_kind_at_most_one_identifier_is_preferred(api: httpx.AsyncClient) -> None:
    body = await created(api, identifiers=[an_email() | {"preferred": True}])
    second = an_email()
    path = f"/customers/{body['customer_id']}/identifiers"
    added = await api.post(path, json=second | {"preferred": True})
    assert added.status_code == 201
    identifiers = (await read(api, body["customer_id"]))["identifiers"]
    assert [held["value"] for held in identifiers if held["preferred"]] == [second["value"]]
    first = body["identifiers"][0]["identifier_id"]
    marked = await api.patch(f"{path}/{first}", json={"preferred": True, "verified": True})
    assert [(held["identifier_id"] == first, held["preferred"]) for held in marked.json()["identifiers"]] in (
        [(True, True), (False, False)],
        [(False, False), (True, True)],
    )
