"""List and find customers, through the real app."""

from __future__ import annotations

import json
from uuid import uuid4

import httpx

from shared.web.paging import encode_cursor
from tests.component.customers.builders import a_customer, created
from tests.component.customers.conftest import World


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
    assert [customer["customer_id"] for customer in [*first["items"], *second["items"]]] == sorted(wanted)
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
            assert [customer["customer_id"] for customer in answer.json()["items"]] == found
