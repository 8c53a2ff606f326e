"""Create, read, change, list and find, through the real app."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import httpx
import pytest

from shared.contracts.customers import IdentifierRetired
from shared.web.paging import encode_cursor
from tests.component.customers.builders import a_customer, an_email, created, derived, merged, observed, read
from tests.component.customers.conftest import World, as_


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


async def test_no_name_or_address_is_said_to_the_others(api: httpx.AsyncClient, world: World) -> None:
    secrets = {"given_name": "Zephyrine", "address_lines": ["9 Quince Lane"], "city": "Bath", "country": "GB"}
    body = await created(api, attributes=secrets)
    assert body["name"] == "Zephyrine"
    (event,) = await world.emitted(body["customer_id"])
    raw = event.to_bytes()
    for secret in ("Zephyrine", "Quince", body["identifiers"][0]["value"]):
        assert secret.encode() not in raw
    assert event.data.reachable == ["email", "post"]


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


async def test_of_two_who_create_the_same_customer_at_once_one_is_told_of_the_other(api: httpx.AsyncClient) -> None:
    card, email, same = {"kind": "card", "value": uuid4().hex}, an_email(), an_email()
    # The same derived id, and two ids that want the same e-mail.
    for first, second in (([same], [same]), ([card, email], [email])):
        answers = await asyncio.gather(
            *(api.post("/customers", json=a_customer(identifiers=names)) for names in (first, second))
        )
        made, refused = sorted(answers, key=lambda one: one.status_code)
        assert (made.status_code, refused.status_code) == (201, 409)
        assert refused.json()["customer_id"] == made.json()["customer_id"]


async def test_a_phone_may_be_shared_and_finds_both(api: httpx.AsyncClient) -> None:
    phone = {"kind": "phone", "value": f"+44 20 {uuid4().int % 10**8:08}"}
    two = {(await created(api, identifiers=[phone]))["customer_id"] for _ in range(2)}
    assert len(two) == 2
    answer = await api.post("/customers/search", json={"identifier": phone})
    assert {one["customer_id"] for one in answer.json()["items"]} == two


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


async def test_a_change_that_changes_nothing_says_nothing(api: httpx.AsyncClient, world: World) -> None:
    body = await created(api)
    path = f"/customers/{body['customer_id']}"
    answer = await api.patch(path, json={"attributes": {"city": "Bath"}}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"1"')
    answer = await api.patch(path, json={"attributes": {"given_name": "Ada"}}, headers={"If-Match": "*"})
    assert answer.headers["etag"] == '"2"'
    assert len(await world.profiles(body["customer_id"])) == 1


async def test_history_says_who_changed_what(api: httpx.AsyncClient) -> None:
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
    assert [one["version"] for one in rest["items"]] == [1]
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
    assert where in {one["where"] for one in answer.json()["errors"]} or any(
        one["where"].startswith(where) for one in answer.json()["errors"]
    )


async def test_lists_go_page_by_page_through_filters(api: httpx.AsyncClient, world: World) -> None:
    since = world.clock.now().isoformat()
    place = uuid4().hex
    wanted = [
        (await created(api, status="lead", attributes={"country": place, "children": 2}))["customer_id"]
        for _ in range(3)
    ]
    await created(api, status="lead", attributes={"country": place, "children": 1})
    await created(api, status="active", attributes={"country": place, "children": 2})
    params = {
        "status": "lead",
        "kind": "person",
        "country": place,
        "created_since": since,
        "attribute": "children:2",
        "limit": "2",
    }
    first = (await api.get("/customers", params=params)).json()
    second = (await api.get("/customers", params={**params, "after": first["next"]})).json()
    assert [one["customer_id"] for one in [*first["items"], *second["items"]]] == sorted(wanted)
    assert second["next"] is None
    assert (await api.get("/customers", params={"after": "rubbish"})).status_code == 422
    assert (await api.get("/customers", params={"attribute": "children:many"})).status_code == 422


async def test_odd_parameters_never_end_in_a_fault_of_ours(api: httpx.AsyncClient) -> None:
    far = encode_cursor({"at": "0001-01-01T00:00:00+23:59", "id": str(uuid4())})
    for params in (
        {"created_since": "0001-01-01T00:00:00+23:59"},
        {"created_since": "9999-12-31T23:59:59-23:59"},
        {"created_since": "yesterday"},
        {"after": far},
        {"after": encode_cursor({"at": "2024-01-01", "id": 7})},
        {"attribute": "turnover:1e999"},
        {"attribute": "turnover:" + "9" * 400},
        {"attribute": "interests:wine"},
        {"attribute": "nobody's:\\"},
        {"attribute": ":"},
        {"limit": "0"},
        {"limit": "9" * 30},
    ):
        answer = await api.get("/customers", params=params)
        assert answer.status_code in (200, 422), (params, answer.text)
    for value in (2**63, 1e308, [["deep"]], "\ud800", True):
        answer = await api.post(
            "/customers",
            content=json.dumps(a_customer(attributes={"turnover": value})),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in (400, 422), (value, answer.text)


async def test_search_by_the_beginning_of_names_and_emails(api: httpx.AsyncClient) -> None:
    mark = uuid4().hex
    firm = await created(api, kind="firm", attributes={"legal_name": f"{mark}_100% Ltd"}, identifiers=[])
    person = await created(api, identifiers=[{"kind": "email", "value": f"{mark}@example.test"}])
    for body, found in (
        ({"name": f"{mark.upper()}_100%"}, [firm["customer_id"]]),
        ({"name": f"{mark}%_"}, []),
        ({"email": mark[:20].upper()}, [person["customer_id"]]),
        ({"identifier": person["identifiers"][0] | {"source": None}}, None),
    ):
        answer = await api.post("/customers/search", json=body)
        if found is None:
            assert answer.status_code == 422
        else:
            assert [one["customer_id"] for one in answer.json()["items"]] == found


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

    late = world.event(observed(email, generation=0), derived(world.settings, email))
    await world.deliver(late)
    assert (await read(api, body["customer_id"]))["identifiers"] == []
    again = await created(api, identifiers=[email])
    assert again["customer_id"] == str(derived(world.settings, email, generation=1))


async def test_of_one_kind_at_most_one_identifier_is_preferred(api: httpx.AsyncClient) -> None:
    body = await created(api, identifiers=[an_email() | {"preferred": True}])
    second = an_email()
    path = f"/customers/{body['customer_id']}/identifiers"
    added = await api.post(path, json=second | {"preferred": True})
    assert added.status_code == 201
    card = await _card(api, body["customer_id"])
    assert card["email"] == second["value"]
    first = body["identifiers"][0]["identifier_id"]
    marked = await api.patch(f"{path}/{first}", json={"preferred": True, "verified": True})
    assert [(one["identifier_id"] == first, one["preferred"]) for one in marked.json()["identifiers"]] in (
        [(True, True), (False, False)],
        [(False, False), (True, True)],
    )


async def test_cards_come_in_the_order_asked_and_follow_aliases(api: httpx.AsyncClient, world: World) -> None:
    one = await created(api, attributes={"given_name": "Ada", "language": "de", "time_zone": "Europe/Berlin"})
    two = await created(api)
    await merged(api, one, two)
    unknown = str(uuid4())
    asked = [two["customer_id"], unknown, one["customer_id"]]
    answer = await api.post("/cards", json={"customer_ids": asked}, headers=as_("sender"))
    cards = answer.json()["cards"]
    assert [card["customer_id"] for card in cards] == asked
    assert [card["current_id"] for card in cards] == [one["customer_id"], None, one["customer_id"]]
    assert cards[0] | {"customer_id": None} == cards[2] | {"customer_id": None}
    assert cards[2]["email"] == one["identifiers"][0]["value"]
    assert (cards[2]["language"], cards[2]["time_zone"], cards[2]["name"]) == ("de", "Europe/Berlin", "Ada")
    assert cards[2]["attributes"]["city"] == "Bath"
    assert (cards[1]["found"], cards[1]["email"]) == (False, None)
    many = [str(uuid4()) for _ in range(501)]
    assert (await api.post("/cards", json={"customer_ids": many}, headers=as_("sender"))).status_code == 422
    assert (await api.post("/cards", json={"customer_ids": asked}, headers=as_("reader"))).status_code == 403


async def test_a_repeated_creation_with_its_key_is_answered_once(api: httpx.AsyncClient) -> None:
    body, key = a_customer(), {"Idempotency-Key": uuid4().hex}
    first = await api.post("/customers", json=body, headers=key)
    second = await api.post("/customers", json=body, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    # A client goes on with these: a repeat without them could not change what it made.
    assert first.headers["etag"] == second.headers["etag"]


async def _card(api: httpx.AsyncClient, customer_id: str) -> dict[str, object]:
    answer = await api.post("/cards", json={"customer_ids": [customer_id]}, headers=as_("sender"))
    card: dict[str, object] = answer.json()["cards"][0]
    return card
