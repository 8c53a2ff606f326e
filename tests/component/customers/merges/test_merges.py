"""Merges through the real app: preview, aliases, chains, undo, and the events about them."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.customers.merges.service.merging import merge_customers
from services.customers.profiles.repository.records import lock_groups
from shared.contracts.customers import CustomersMerged, MergeUndone, ProfileChanged
from shared.contracts.envelope import Origin
from tests.component.customers.builders import created, merged, read
from tests.component.customers.conftest import World

_OWN = ("attributes", "identifiers", "name", "status", "reachable", "aliases")


async def test_a_preview_shows_where_each_value_would_come_from_and_changes_nothing(
    api: httpx.AsyncClient, world: World
) -> None:
    survivor = await created(api, attributes={"city": "Bath"})
    absorbed = await created(api, attributes={"city": "York", "children": 2})
    ids = {"survivor": survivor["customer_id"], "absorbed": absorbed["customer_id"]}
    answer = await api.post("/merges", json=ids | {"dry_run": True})
    assert (answer.status_code, answer.json()["merge_id"]) == (200, None)
    fields = {field["name"]: field for field in answer.json()["fields"]}
    assert (fields["city"]["value"], fields["city"]["source"]) == ("Bath", survivor["customer_id"])
    assert fields["city"]["absorbed_value"] == "York"
    assert (fields["children"]["value"], fields["children"]["source"]) == (2, absorbed["customer_id"])
    assert await read(api, survivor["customer_id"]) == survivor
    made = await merged(api, survivor, absorbed)
    assert made["fields"] == answer.json()["fields"]
    assert (await api.get(f"/merges/{made['merge_id']}")).json() == made


async def test_a_merge_is_emitted_under_both_keys_before_the_profile(api: httpx.AsyncClient, world: World) -> None:
    survivor, absorbed = await created(api), await created(api, attributes={"children": 2})
    made = await merged(api, survivor, absorbed)
    events = (await world.emitted(survivor["customer_id"]))[2:]
    assert [type(event.data) for event in events] == [CustomersMerged, ProfileChanged]
    assert {event.origin for event in events} == {Origin.MERGE}
    assert events[1].data.attributes == {"city": "Bath", "children": 2}
    assert events[1].data.changed == ["children"]
    (other,) = await world.emitted(absorbed["customer_id"], CustomersMerged)
    assert str(other.data.merge_id) == made["merge_id"]
    seen = await read(api, absorbed["customer_id"])
    assert (seen["customer_id"], seen["aliases"]) == (survivor["customer_id"], [absorbed["customer_id"]])
    assert seen["provenance"]["children"]["customer_id"] == absorbed["customer_id"]
    assert len(seen["identifiers"]) == 2


async def test_undo_gives_both_back_and_emits_that(api: httpx.AsyncClient, world: World) -> None:
    survivor, absorbed = await created(api), await created(api, attributes={"children": 2})
    made = await merged(api, survivor, absorbed)
    world.clock.advance(minutes=1)
    answer = await api.post(f"/merges/{made['merge_id']}/undo")
    assert (answer.status_code, answer.json()["undone_by"]) == (200, "writer")
    for body in (survivor, absorbed):
        again = await read(api, body["customer_id"])
        assert {name: again[name] for name in _OWN} == {name: body[name] for name in _OWN}
        assert again["version"] > body["version"]
        events = await world.emitted(body["customer_id"])
        assert [type(event.data) for event in events][-2:] == [MergeUndone, ProfileChanged]
        assert events[-1].data.attributes == body["attributes"]
    assert (await api.post(f"/merges/{made['merge_id']}/undo")).status_code == 409
    assert (await api.post(f"/merges/{uuid4()}/undo")).status_code == 404


async def test_chains_of_merges_are_followed_and_undone_link_by_link(api: httpx.AsyncClient, world: World) -> None:
    a, b, c = [await created(api, attributes={"children": n}) for n in (1, 2, 3)]
    inner = await merged(api, a, b)
    outer = await merged(api, c, a)
    assert {(await read(api, member["customer_id"]))["customer_id"] for member in (a, b, c)} == {c["customer_id"]}
    await api.post(f"/merges/{outer['merge_id']}/undo")
    assert (await read(api, b["customer_id"]))["customer_id"] == a["customer_id"]
    await merged(api, c, a)
    await api.post(f"/merges/{inner['merge_id']}/undo")
    assert (await read(api, b["customer_id"]))["customer_id"] == b["customer_id"]
    assert (await read(api, a["customer_id"]))["customer_id"] == c["customer_id"]
    listed = (await api.get("/merges", params={"customer_id": a["customer_id"]})).json()["items"]
    assert len(listed) == 3


async def test_a_customer_cannot_be_merged_with_itself_in_any_way(api: httpx.AsyncClient) -> None:
    a, b, c = [await created(api) for _ in range(3)]
    await merged(api, a, b)
    ids = [customer["customer_id"] for customer in (a, b, c)]
    for survivor, absorbed, status, slug in (
        (ids[0], ids[0], 409, "same-customer"),
        (ids[0], ids[1], 409, "same-customer"),
        (ids[1], ids[0], 409, "same-customer"),
        (ids[1], ids[2], 409, "already-merged"),
        (ids[2], ids[1], 409, "already-merged"),
        (ids[2], str(uuid4()), 404, "no-such-customer"),
    ):
        answer = await api.post("/merges", json={"survivor": survivor, "absorbed": absorbed})
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")


async def test_merges_that_cross_end_in_one_customer(api: httpx.AsyncClient) -> None:
    # Without one order of locks this dead-locks; without a second look behind the lock it makes a cycle.
    for _ in range(5):
        a, b = [(await created(api))["customer_id"] for _ in range(2)]
        answers = await asyncio.gather(
            api.post("/merges", json={"survivor": a, "absorbed": b}),
            api.post("/merges", json={"survivor": b, "absorbed": a}),
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert (await read(api, a))["customer_id"] == (await read(api, b))["customer_id"]


async def test_who_waits_behind_a_merge_ends_up_holding_the_survivor(api: httpx.AsyncClient, world: World) -> None:
    # The row waited for is an alias's once the merge has committed; its lock would protect nobody.
    survivor, absorbed = [UUID((await created(api))["customer_id"]) for _ in range(2)]

    async def wait() -> None:
        async with world.database.transaction() as tx:
            assert (await lock_groups(tx, [absorbed]))[absorbed].root.customer_id == survivor
            with pytest.raises(DBAPIError, match="could not obtain lock"):
                await world.value("select 1 from customers where customer_id = :id for update nowait", id=survivor)

    async with world.database.transaction() as tx:
        await merge_customers(tx, world.settings, survivor, absorbed, by="writer")
        waiting = asyncio.create_task(wait())
        for _ in range(1000):
            if await world.value(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            ):
                break
            await asyncio.sleep(0.01)
    await waiting


async def test_a_change_after_the_merge_stays_with_whom_it_was_made_for(api: httpx.AsyncClient, world: World) -> None:
    survivor, absorbed = await created(api), await created(api, attributes={"children": 2})
    made = await merged(api, survivor, absorbed)
    world.clock.advance(minutes=1)
    change = {"attributes": {"children": None, "sex": "female"}}
    answer = await api.patch(f"/customers/{absorbed['customer_id']}", json=change, headers={"If-Match": "*"})
    assert answer.json()["attributes"] == {"city": "Bath", "sex": "female"}
    await api.post(f"/merges/{made['merge_id']}/undo")
    assert (await read(api, survivor["customer_id"]))["attributes"] == {"city": "Bath", "sex": "female"}
    assert (await read(api, absorbed["customer_id"]))["attributes"] == {"children": 2}
