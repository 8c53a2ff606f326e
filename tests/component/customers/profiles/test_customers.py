"""Create, read and change customers, through the real app."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import httpx
import pytest

from tests.component.customers.builders import a_customer, an_email, created, derived
from tests.component.customers.conftest import World


async def test_a_customer_is_created_under_the_id_that_publishers_derive(api: httpx.AsyncClient, world: World) -> None:
    card, email = {"kind": "card", "value": uuid4().hex}, an_email()
    answer = await api.post("/customers", json=a_customer(identifiers=[email, card]))
    body = answer.json()
    assert answer.status_code == 201
    assert body["customer_id"] == str(derived(world.settings, card))
    assert answer.headers["location"] == f"/customers/{body['customer_id']}"
    assert answer.headers["etag"] == '"1"'
    (profile,) = await world.profiles(body["customer_id"])
    assert profile.attributes == {"city": "Bath"}
    assert (profile.reachable, profile.time_zone, profile.status) == (["email"], "Europe/London", "prospect")
    assert "city" in profile.changed


async def test_no_name_or_address_is_published(api: httpx.AsyncClient, world: World) -> None:
    secrets = {"given_name": "Zephyrine", "address_lines": ["9 Quince Lane"], "city": "Bath", "country": "GB"}
    body = await created(api, attributes=secrets)
    assert body["name"] == "Zephyrine"
    owned, event = await world.emitted(body["customer_id"])
    raw = event.to_bytes() + owned.to_bytes()
    for secret in ("Zephyrine", "Quince", body["identifiers"][0]["value"]):
        assert secret.encode() not in raw
    assert event.data.reachable == ["email", "post"]


async def test_of_two_who_create_the_same_customer_at_once_one_is_told_of_the_other(api: httpx.AsyncClient) -> None:
    card, email, same = {"kind": "card", "value": uuid4().hex}, an_email(), an_email()
    # The same derived id, and two ids that want the same e-mail.
    for first, second in (([same], [same]), ([card, email], [email])):
        answers = await asyncio.gather(
            *(api.post("/customers", json=a_customer(identifiers=names)) for names in (first, second))
        )
        made, refused = sorted(answers, key=lambda answer: answer.status_code)
        assert (made.status_code, refused.status_code) == (201, 409)
        assert refused.json()["customer_id"] == made.json()["customer_id"]


async def test_a_change_needs_the_version_that_was_read(api: httpx.AsyncClient, world: World) -> None:
    path = f"/customers/{(await created(api))['customer_id']}"
    change = {"attributes": {"city": "York"}}
    assert (await api.patch(path, json=change)).status_code == 428
    changed = await api.patch(path, json=change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    late = await api.patch(path, json={"attributes": {"city": "Leeds"}}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["version"], late.headers["etag"]) == (412, 2, '"2"')
    assert (await api.patch(path, json=change, headers={"If-Match": "seven"})).status_code == 422


async def test_merge_patch_keeps_what_is_left_out_and_clears_what_is_null(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api, attributes={"city": "Bath", "children": 2, "sex": "female"})
    path = f"/customers/{body['customer_id']}"
    answer = await api.patch(path, json={"attributes": {"city": None, "children": 3}}, headers={"If-Match": '"1"'})
    assert answer.json()["attributes"] == {"children": 3, "sex": "female"}
    last = (await world.profiles(body["customer_id"]))[-1]
    assert last.changed == ["children", "city"]
    assert last.attributes == {"children": 3, "sex": "female"}


async def test_a_change_that_changes_nothing_emits_nothing(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    path = f"/customers/{body['customer_id']}"
    answer = await api.patch(path, json={"attributes": {"city": "Bath"}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    answer = await api.patch(path, json={"attributes": {"given_name": "Ada"}}, headers={"If-Match": "*"})
    assert answer.headers["etag"] == '"2"'
    assert len(await world.profiles(body["customer_id"])) == 1


async def test_history_shows_who_changed_what(api: httpx.AsyncClient) -> None:
    body = await created(api)
    path = f"/customers/{body['customer_id']}"
    await api.patch(path, json={"status": "lead", "attributes": {"city": "York"}}, headers={"If-Match": '"1"'})
    first = (await api.get(f"{path}/history", params={"limit": 1})).json()
    (change,) = first["items"]
    assert change["by"] == "writer"
    assert change["what"] == {
        "city": {"from": "Bath", "to": "York"},
        "status": {"from": "prospect", "to": "lead"},
    }
    rest = (await api.get(f"{path}/history", params={"after": first["next"]})).json()
    assert [change["version"] for change in rest["items"]] == [1]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"attributes": {"shoe_size": 44}}, "/attributes/shoe_size"),
        ({"attributes": {"children": "many"}}, "/attributes/children"),
        ({"attributes": {"legal_name": "Ltd"}}, "/attributes/legal_name"),
        ({"attributes": {"time_zone": "Mars/Base"}}, "/attributes/time_zone"),
        ({"attributes": {"city": {"deep": 1}}}, "/attributes/city"),
        ({"status": "happy"}, "/status"),
        ({"surname": "Doe"}, "/surname"),
        ({"identifiers": [{"kind": "email", "value": "nobody"}]}, "/identifiers/0/value"),
        ({"identifiers": [{"kind": "external_id", "value": "7"}]}, "/identifiers/0/source"),
        ({"identifiers": [{"kind": "card", "value": "a\x00b"}]}, "/identifiers/0/value"),
        ({"attributes": {"city": "x" * 2000}}, "/attributes/city"),
        ({"attributes": {"turnover": 2**70}}, "/attributes/turnover"),
    ],
)
async def test_bad_input_is_refused_with_its_place(api: httpx.AsyncClient, body: dict[str, object], where: str) -> None:
    answer = await api.post("/customers", json=body)
    assert answer.status_code == 422, answer.text
    assert any(error["where"].startswith(where) for error in answer.json()["errors"])


async def test_a_repeated_creation_with_its_key_is_answered_once(api: httpx.AsyncClient) -> None:
    body, key = a_customer(), {"Idempotency-Key": uuid4().hex}
    first = await api.post("/customers", json=body, headers=key)
    second = await api.post("/customers", json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    # A client goes on with these: a repeat without them could not change what it made.
    assert first.headers["etag"] == second.headers["etag"]
