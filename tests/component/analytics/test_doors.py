"""Segments and lists over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import NAMESPACE_OID, uuid4, uuid5

import httpx
import pytest

from services.analytics.app import create
from services.analytics.config import Settings
from services.analytics.previews.service import preview
from tests.component.analytics.builders import a_contact, a_purchase, bought
from tests.component.analytics.world import World


@pytest.fixture
async def client(settings: Settings, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind its real doors."""
    app = create(settings)
    async with app.router.lifespan_context(app):
        app.state.context.database.clock = world.clock
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": "Bearer analyst-key"}
        async with httpx.AsyncClient(transport=transport, base_url="http://analytics", headers=headers) as client:
            yield client


async def test_a_segment_is_made_filled_paged_exported_and_archived(client: httpx.AsyncClient, world: World) -> None:
    """The way of a marketer through the doors."""
    people = sorted(uuid4() for _ in range(5))
    await world.handle(*(a_purchase(who, world.clock.now()) for who in people))
    made = await client.post("/segments", json={"name": "Buyers", "definition": bought()})
    assert made.status_code == 201, made.text
    segment = made.json()
    assert (segment["state"], segment["members"], segment["filled"]) == ("backfilling", None, 0.0)
    refused = await client.get(f"/segments/{segment['id']}/members")
    assert refused.status_code == 409
    await world.idle()
    shown = (await client.get(f"/segments/{segment['id']}")).json()
    assert (shown["state"], shown["members"], shown["version"], shown["filled"]) == ("live", 5, 1, None)
    found, after = [], None
    while True:
        query = {"limit": 2, **({"after": after} if after else {})}
        page = (await client.get(f"/segments/{segment['id']}/members", params=query)).json()
        found += [one["customer_id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [str(who) for who in people]
    lines = (await client.get(f"/segments/{segment['id']}/members/export?format=csv")).text.split("\r\n")
    assert [line.split(",")[0] for line in lines] == ["customer_id", *found, ""]
    ndjson = (await client.get(f"/segments/{segment['id']}/members/export")).text.splitlines()
    assert len(ndjson) == 5
    mine = (await client.get(f"/customers/{people[0]}/segments")).json()
    assert [one["name"] for one in mine] == ["Buyers"]
    (move,) = (await client.get(f"/customers/{people[0]}/history")).json()["items"]
    assert (move["change"], move["origin"], move["cause"]) == ("entered", "backfill", "definition")
    archived = (await client.post(f"/segments/{segment['id']}/archive")).json()
    assert (archived["state"], archived["members"]) == ("archived", None)
    assert (await client.get(f"/customers/{people[0]}/segments")).json() == []
    assert (await client.get("/segments")).json()["items"] == []


async def test_a_change_is_a_new_version(client: httpx.AsyncClient, world: World) -> None:
    """Catches a change that rewrites what was."""
    id = (await client.post("/segments", json={"name": "Buyers", "definition": bought()})).json()["id"]
    await world.idle()
    changed = (await client.patch(f"/segments/{id}", json={"name": "Buyers!", "definition": bought(2)})).json()
    assert (changed["name"], changed["version"], changed["newest_version"]) == ("Buyers!", 1, 2)
    same = (await client.patch(f"/segments/{id}", json={"definition": bought(2)})).json()
    assert same["newest_version"] == 2
    await world.idle()
    versions = (await client.get(f"/segments/{id}/versions")).json()
    assert [(one["version"], one["state"]) for one in versions] == [(1, "replaced"), (2, "live")]


async def test_refusals_point_at_the_node_and_say_the_cure(client: httpx.AsyncClient, world: World) -> None:
    """Catches a message that says only that something is wrong."""
    wrong = {"all": [bought(), {"event": "purchase", "op": "gte", "value": "many"}, {"attr": "shoe", "op": "eq"}]}
    refused = await client.post("/segments", json={"name": "x", "definition": wrong})
    assert refused.status_code == 422
    body = refused.json()
    assert body["type"] == "/problems/invalid-segment"
    assert {one["where"] for one in body["errors"]} >= {"/definition/all/1/value", "/definition/all/2/attr"}
    assert all(one["cure"] for one in body["errors"])
    assert (await client.post("/segments/validate", json={"definition": wrong})).status_code == 422
    checked = (await client.post("/segments/validate", json={"definition": bought()})).json()
    assert checked["definition"]["window"] == {"last": "P30D"}


async def test_an_explanation_says_why_and_until_when(client: httpx.AsyncClient, world: World) -> None:
    """Catches an explanation that is not that of the engine."""
    who, at = uuid4(), world.clock.now()
    definition = {"all": [bought(), {"not": {"event": "contact", "agg": "count", "op": "gte", "value": 1}}]}
    id = await world.a_segment(definition)
    assert (await client.get(f"/segments/{id}/explain/{who}")).status_code == 404
    await world.handle(a_purchase(who, at))
    why = (await client.get(f"/segments/{id}/explain/{who}")).json()
    assert (why["inside"], why["changes_at"]) == (True, "2017-07-01T12:00:00Z")
    assert [one["holds"] for one in why["reason"]["children"]] == [True, True]
    await world.handle(a_contact(who, at))
    why = (await client.get(f"/segments/{id}/explain/{who}")).json()
    assert (why["inside"], why["changes_at"]) == (False, None)
    assert [one["decides"] for one in why["reason"]["children"]] == [False, True]


async def test_a_preview_counts_what_saving_would_give(client: httpx.AsyncClient, world: World) -> None:
    """Catches a preview that is not the segment, and an estimate that does not say so."""
    people, at = [uuid4() for _ in range(30)], world.clock.now()
    await world.handle(*(a_purchase(who, at, amount=100 * n) for n, who in enumerate(people)))
    first = await world.a_segment({"event": "purchase", "agg": "sum", "field": "amount", "op": "gte", "value": 1000})
    definition = {"all": [{"segment": str(first)}, bought()]}
    seen = (await client.post("/segments/preview", json={"definition": definition, "sample": 3})).json()
    assert (seen["members"], seen["exact"], seen["customers"]) == (20, True, 30)
    assert (seen["low"], seen["high"], len(seen["sample"])) == (20, 20, 3)
    assert len(await world.members(await world.a_segment(definition))) == 20
    wrong = await client.post("/segments/preview", json={"definition": {"all": [{"attr": "nose", "op": "exists"}]}})
    assert wrong.status_code == 422


async def test_an_estimate_bounds_the_truth(world: World) -> None:
    """Catches an interval that leaves the truth outside."""
    # Always the same ids: of twenty random shares one may be too far from the whole.
    people, at = [uuid5(NAMESPACE_OID, str(n)) for n in range(1_500)], world.clock.now()
    for start in range(0, 1_500, 500):
        await world.handle(*(a_purchase(who, at, amount=n) for n, who in enumerate(people[start : start + 500])))
    definition = {"event": "purchase", "agg": "sum", "field": "amount", "op": "lt", "value": 100}
    found = await preview(world.database, definition, 0, 0.0, None)
    low, high = found.bounds()
    assert not found.exact
    assert 500 <= found.seen < 1_500
    assert low <= 300 <= high < 450


async def test_names_are_unique_and_references_keep_a_segment_alive(client: httpx.AsyncClient, world: World) -> None:
    """Catches circles and dangling references."""
    first = (await client.post("/segments", json={"name": "First", "definition": bought()})).json()["id"]
    assert (await client.post("/segments", json={"name": "first", "definition": bought()})).status_code == 409
    reference = {"segment": first}
    early = await client.post("/segments", json={"name": "Second", "definition": reference})
    assert early.status_code == 422
    await world.idle()
    second = (await client.post("/segments", json={"name": "Second", "definition": reference})).json()["id"]
    await world.idle()
    circle = await client.patch(f"/segments/{first}", json={"definition": {"segment": second}})
    assert circle.status_code == 422
    assert "circle" in circle.text
    kept = await client.post(f"/segments/{first}/archive")
    assert kept.status_code == 409
    assert kept.json()["segments"] == [second]
    assert (await client.post(f"/segments/{second}/archive")).status_code == 200
    assert (await client.post(f"/segments/{first}/archive")).status_code == 200
    assert (await client.patch(f"/segments/{first}", json={"name": "again"})).status_code == 409


async def test_lists_are_kept_and_used(client: httpx.AsyncClient, world: World) -> None:
    """The way of a static list."""
    made = await client.post("/lists", json={"name": "Friends", "description": "of the house"})
    assert made.status_code == 201
    list_id, who = made.json()["id"], str(uuid4())
    segment = (await client.post("/segments", json={"name": "F", "definition": {"list": list_id}})).json()["id"]
    await world.idle()
    assert (await client.post(f"/lists/{list_id}/members", json={"customer_ids": [who]})).json() == {"changed": 1}
    assert (await client.post(f"/lists/{list_id}/members", json={"customer_ids": [who]})).json() == {"changed": 0}
    await world.idle()
    assert (await client.get(f"/segments/{segment}")).json()["members"] == 1
    assert (await client.get(f"/lists/{list_id}/members")).json()["items"][0]["customer_id"] == who
    assert (await client.get("/lists")).json()["items"][0]["members"] == 1
    assert (await client.delete(f"/lists/{list_id}")).status_code == 409
    gone = await client.post(f"/lists/{list_id}/members/remove", json={"customer_ids": [who]})
    assert gone.json() == {"changed": 1}
    await client.post(f"/segments/{segment}/archive")
    assert (await client.delete(f"/lists/{list_id}")).status_code == 204
    assert (await client.get(f"/lists/{list_id}")).status_code == 404


async def test_the_vocabulary_says_what_can_be_asked(client: httpx.AsyncClient, world: World) -> None:
    """Catches a vocabulary that nobody can read."""
    words = (await client.get("/segments/vocabulary")).json()
    assert words["attributes"]["birth_date"] == "date"
    assert words["events"]["purchase_line"]["category"] == "string"
