"""Who belongs to whom, seen from either end, also after merges, never after an erasure."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from shared.contracts.privacy import ErasureRequested
from tests.component.customers.builders import Body, created, merged
from tests.component.customers.conftest import World

NOBODY = "0197f4a1-0000-7000-8000-000000000001"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def relate(api: httpx.AsyncClient, this: Body, kind: str, other: Body, **more: Any) -> httpx.Response:
    body = {"kind": kind, "other_id": other["customer_id"], **more}
    return await api.post(f"/customers/{this['customer_id']}/relations", json=body)


async def seen(api: httpx.AsyncClient, customer: Body, **query: Any) -> list[tuple[str, str]]:
    """Kind and other end of each relation, as the customer sees it."""
    answer = await api.get(f"/customers/{customer['customer_id']}/relations", params=query)
    assert answer.status_code == 200, answer.text
    return [(item["kind"], item["other_id"]) for item in answer.json()["items"]]


async def test_both_ends_see_a_relation_each_in_its_own_way(api: httpx.AsyncClient) -> None:
    """Catches a relation of which one end knows nothing, and one that is kept twice when both ends say it."""
    ada, byron = await created(api), await created(api)
    made = await relate(api, ada, "parent_of", byron, since="1836-05-12", note="first child")
    assert made.status_code == 201, made.text
    assert (made.json()["kind"], made.json()["other_id"]) == ("parent_of", byron["customer_id"])
    assert await seen(api, ada) == [("parent_of", byron["customer_id"])]
    assert await seen(api, byron) == [("child_of", ada["customer_id"])]
    again = await relate(api, byron, "child_of", ada)
    assert told(again) == (409, "relation-exists")
    assert again.json()["relation_id"] == made.json()["relation_id"]
    assert (await relate(api, byron, "spouse_of", await created(api))).status_code == 201
    assert len(await seen(api, byron)) == 2


async def test_one_of_a_name_on_both_sides_is_kept_once(api: httpx.AsyncClient) -> None:
    """Catches two siblings who are siblings twice."""
    one, two = await created(api), await created(api)
    assert (await relate(api, one, "sibling_of", two)).status_code == 201
    assert told(await relate(api, two, "sibling_of", one)) == (409, "relation-exists")


async def test_what_has_ended_is_not_there_on_a_later_day(api: httpx.AsyncClient) -> None:
    """Catches a former employee who is written to as one."""
    clerk, firm = await created(api), await created(api, kind="firm", attributes={"legal_name": "Mill"})
    made = (await relate(api, clerk, "employee_of", firm, since="2020-01-01")).json()
    path = f"/relations/{made['relation_id']}"
    ended = await api.patch(path, json={"until": "2023-12-31"})
    assert (ended.json()["since"], ended.json()["until"]) == ("2020-01-01", "2023-12-31")
    assert await seen(api, firm, on="2023-12-31") == [("employer_of", clerk["customer_id"])]
    assert await seen(api, firm, on="2024-01-01") == []
    assert await seen(api, firm, on="2019-12-31") == []
    assert len(await seen(api, firm)) == 1
    assert told(await api.patch(path, json={"until": "2019-01-01"})) == (422, "invalid-period")
    assert (await api.patch(path, json={"note": "night shift"})).json()["until"] == "2023-12-31"
    assert (await api.delete(path)).status_code == 204
    assert await seen(api, clerk) == []
    assert told(await api.get(path)) == (404, "no-such-relation")


async def test_what_cannot_be_is_refused_by_name(api: httpx.AsyncClient) -> None:
    """Catches a firm with a spouse, somebody who is their own sister, and an end that nobody knows."""
    person, firm = await created(api), await created(api, kind="firm", attributes={"legal_name": "Mill"})
    assert told(await relate(api, person, "spouse_of", firm)) == (422, "relation-does-not-fit")
    assert told(await relate(api, person, "sibling_of", person)) == (422, "related-to-themselves")
    assert told(await relate(api, person, "sibling_of", {"customer_id": NOBODY})) == (404, "no-such-customer")
    wrong = await relate(api, person, "employee_of", firm, since="2024-02-01", until="2024-01-01")
    assert told(wrong) == (422, "invalid-period")
    kinds = {kind["kind"]: kind for kind in (await api.get("/relation-kinds")).json()}
    assert all(kinds[kind["inverse"]]["inverse"] == name for name, kind in kinds.items())


async def test_a_merge_shows_them_to_the_survivor_and_its_undo_gives_them_back(api: httpx.AsyncClient) -> None:
    """Catches relations that a merge loses, and two who are one and their own spouse."""
    one, two, child = await created(api), await created(api), await created(api)
    await relate(api, two, "parent_of", child)
    await relate(api, one, "spouse_of", two)
    merge = await merged(api, one, two)
    assert await seen(api, one) == [("parent_of", child["customer_id"])]
    assert await seen(api, child) == [("child_of", one["customer_id"])]
    assert told(await relate(api, child, "child_of", one)) == (409, "relation-exists")
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    assert await seen(api, child) == [("child_of", two["customer_id"])]
    assert await seen(api, one) == [("spouse_of", two["customer_id"])]


async def test_an_erasure_takes_both_ends(api: httpx.AsyncClient, world: World) -> None:
    """Catches somebody erased who is still somebody's mother."""
    mother, child = await created(api), await created(api)
    await relate(api, mother, "parent_of", child)
    await world.deliver(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), mother["customer_id"]))
    assert await seen(api, child) == []


async def test_pages_leave_nobody_out(api: httpx.AsyncClient) -> None:
    """Catches a cursor that skips a relation of the other end."""
    hub = await created(api)
    others = [await created(api) for _ in range(5)]
    for place, other in enumerate(others):
        ends = (hub, other) if place % 2 else (other, hub)
        assert (await relate(api, ends[0], "referrer_of", ends[1])).status_code == 201
    found: list[str] = []
    after: str | None = None
    while True:
        params: dict[str, Any] = {"limit": 2, **({"after": after} if after else {})}
        page = (await api.get(f"/customers/{hub['customer_id']}/relations", params=params)).json()
        found += [item["other_id"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [other["customer_id"] for other in others]
