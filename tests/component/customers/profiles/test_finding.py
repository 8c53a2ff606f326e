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


async def test_an_agent_finds_by_surname_and_by_a_local_number(api: httpx.AsyncClient) -> None:
    """Catches somebody on the telephone whom nobody finds: they say their surname, or a number without a country."""
    surname = f"L{uuid4().hex[:10]}"
    phone = f"+4420{uuid4().int % 10**8:08}"
    found = [
        await created(
            api,
            identifiers=[{"kind": "phone", "value": phone}],
            attributes={"given_name": given, "family_name": f"{surname}-Smith"},
        )
        for given in ("Ada", "Bo", "Cy")
    ]
    ids = [customer["customer_id"] for customer in found]
    await created(api, attributes={"given_name": "Ada", "family_name": f"x{surname}"})

    async def asked(**params: str) -> list[str]:
        answer = await api.get("/customers", params=params)
        assert answer.status_code == 200, answer.text
        return [customer["customer_id"] for customer in answer.json()["items"]]

    assert sorted(await asked(name=surname.upper())) == sorted(ids)
    assert await asked(name=f"{surname[:8]} ada") == [ids[0]]
    assert await asked(name=f"ada smith, {surname}") == [ids[0]]
    assert await asked(name=f"{surname} dee") == []
    assert await asked(name="&|:*' \\") == []
    first = (await api.get("/customers", params={"name": surname, "limit": "2"})).json()
    second = (await api.get("/customers", params={"name": surname, "limit": "2", "after": first["next"]})).json()
    assert [customer["customer_id"] for customer in [*first["items"], *second["items"]]] == ids
    assert await asked(phone=phone) == ids
    assert await asked(phone=f"0{phone[3:6]} {phone[6:9]}-{phone[9:]}") == ids
    assert await asked(phone=phone, name="bo") == [ids[1]]
    assert (await api.get("/customers", params={"phone": "tel"})).status_code == 422
