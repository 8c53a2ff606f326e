"""What becomes of a pair: merged, told apart for good, put back; and what happens without anybody looking."""

from __future__ import annotations

from typing import Any

import httpx

from tests.component.customers.builders import Body, created, merged, read
from tests.component.customers.conftest import World
from tests.component.customers.duplicates.world import (
    a_person,
    an_account,
    compared,
    pairs_of,
    the_pair,
    two_alike,
)


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def confirmed(api: httpx.AsyncClient, pair: Body, **body: Any) -> httpx.Response:
    return await api.post(f"/duplicates/{pair['duplicate_id']}/confirm", json=body)


async def test_confirming_merges_and_its_undo_tells_them_apart_for_good(api: httpx.AsyncClient, world: World) -> None:
    """Catches a merge that forgets which pair it was, and a pair that comes back after somebody has undone it."""
    pair = await the_pair(api, world)
    shown = await confirmed(api, pair, dry_run=True)
    assert shown.status_code == 200
    assert shown.json()["merge_id"] is None
    assert {field["name"] for field in shown.json()["fields"]} >= {"given_name", "birth_date"}
    assert len(await pairs_of(api, {"customer_id": pair["customer_id"]})) == 1
    merge = (await confirmed(api, pair)).json()
    assert merge["survivor"] == pair["survivor"]
    decided = (await api.get(f"/duplicates/{pair['duplicate_id']}")).json()
    assert (decided["state"], decided["merge_id"], decided["decided_by"]) == ("confirmed", merge["merge_id"], "writer")
    assert told(await confirmed(api, pair)) == (409, "duplicate-decided")
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    await compared(world)
    assert await pairs_of(api, {"customer_id": pair["customer_id"]}) == []


async def test_a_survivor_may_be_named_and_is_one_of_the_two(api: httpx.AsyncClient, world: World) -> None:
    """Catches a survivor who has nothing to do with the pair."""
    pair = await the_pair(api, world)
    stranger = await created(api)
    assert told(await confirmed(api, pair, survivor=stranger["customer_id"])) == (422, "not-of-this-pair")
    other = pair["other_id"] if pair["survivor"] == pair["customer_id"] else pair["customer_id"]
    assert (await confirmed(api, pair, survivor=other)).json()["survivor"] == other


async def test_a_rejected_pair_is_not_proposed_again_under_any_id(api: httpx.AsyncClient, world: World) -> None:
    """Catches a list in which the same pair comes back with the next change, or with the next merge of one of them."""
    pair = await the_pair(api, world)
    path = f"/duplicates/{pair['duplicate_id']}"
    assert (await api.post(f"{path}/reject")).json()["state"] == "rejected"
    assert told(await api.post(f"{path}/reject")) == (409, "duplicate-decided")
    body = {"attributes": {"title": "Dr."}}
    customer = f"/customers/{pair['customer_id']}"
    assert (await api.patch(customer, json=body, headers={"If-Match": "*"})).status_code == 200
    whole = await created(api, attributes=(await read(api, pair["customer_id"]))["attributes"])
    await merged(api, whole, await read(api, pair["customer_id"]))
    await compared(world)
    assert await pairs_of(api, whole) == []
    rejected = await pairs_of(api, {"customer_id": pair["customer_id"]}, state="rejected")
    assert [found["duplicate_id"] for found in rejected] == [pair["duplicate_id"]]
    assert (await api.post(f"{path}/reopen")).json()["state"] == "open"
    assert told(await api.post(f"{path}/reopen")) == (409, "duplicate-not-rejected")
    missing = "/duplicates/0197f4a1-0000-7000-8000-000000000001"
    assert told(await api.get(missing)) == (404, "no-such-duplicate")


async def test_nothing_is_merged_by_itself_unless_the_firm_says_so(api: httpx.AsyncClient, world: World) -> None:
    """Catches a merge that nobody has asked for, and a setting that does nothing."""
    first, second = await two_alike(api)
    await compared(world)
    (pair,) = await pairs_of(api, first)
    assert pair["automatic"] is True
    await compared(world, duplicates_automatic=True)
    for customer in (first, second):
        assert (await read(api, customer["customer_id"]))["customer_id"] == pair["survivor"]
    (done,) = await pairs_of(api, first, state="confirmed")
    assert done["decided_by"] == "duplicates"
    (merge,) = (await api.get("/merges", params={"customer_id": first["customer_id"]})).json()["items"]
    assert (await api.post(f"/merges/{merge['merge_id']}/undo")).status_code == 200
    await compared(world, duplicates_automatic=True)
    assert (await read(api, second["customer_id"]))["customer_id"] == second["customer_id"]


async def test_two_accounts_of_one_storefront_are_left_to_people(api: httpx.AsyncClient, world: World) -> None:
    """Catches accounts that somebody keeps apart on purpose, and that are one without a question."""
    person = a_person()
    first = await created(api, attributes=person, identifiers=an_account("shop"))
    second = await created(api, attributes=person, identifiers=an_account("shop"))
    await compared(world, duplicates_automatic=True)
    (pair,) = await pairs_of(api, first)
    assert (pair["state"], pair["automatic"]) == ("open", False)
    assert (await read(api, second["customer_id"]))["customer_id"] == second["customer_id"]
