"""Segments over HTTP."""

from __future__ import annotations

import httpx

from tests.component.analytics.builders import bought
from tests.component.analytics.world import World


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
    assert [(version["version"], version["state"]) for version in versions] == [(1, "replaced"), (2, "live")]


async def test_refusals_point_at_the_node_and_say_the_cure(client: httpx.AsyncClient, world: World) -> None:
    """Catches a message that says only that something is wrong."""
    wrong = {"all": [bought(), {"event": "purchase", "op": "gte", "value": "many"}, {"attr": "shoe", "op": "eq"}]}
    refused = await client.post("/segments", json={"name": "x", "definition": wrong})
    assert refused.status_code == 422
    body = refused.json()
    assert body["type"] == "/problems/invalid-segment"
    assert {problem["where"] for problem in body["errors"]} >= {"/definition/all/1/value", "/definition/all/2/attr"}
    assert all(problem["cure"] for problem in body["errors"])
    assert (await client.post("/segments/validate", json={"definition": wrong})).status_code == 422
    checked = (await client.post("/segments/validate", json={"definition": bought()})).json()
    assert checked["definition"]["window"] == {"last": "P30D"}


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


async def test_a_value_that_an_attribute_never_has_is_refused_with_the_nearest(client: httpx.AsyncClient) -> None:
    """Catches a misspelt value that means nobody, without a word."""
    for test in ({"op": "eq", "value": "mal"}, {"op": "in", "value": ["female", "mal"]}, {"op": "ne", "value": "Male"}):
        refused = await client.post("/segments/validate", json={"definition": {"attr": "sex", **test}})
        assert refused.status_code == 422
        (problem,) = refused.json()["errors"]
        assert problem["where"] == "/definition/value"
        assert "did you mean 'male'?" in problem["cure"]
    for right in ({"op": "eq", "value": "Male", "ci": True}, {"op": "startswith", "value": "fe"}):
        checked = await client.post("/segments/validate", json={"definition": {"attr": "sex", **right}})
        assert checked.status_code == 200
    unknown = await client.post("/segments/validate", json={"definition": {"attr": "birthdate", "op": "exists"}})
    assert "did you mean 'birth_date'?" in unknown.json()["errors"][0]["cure"]


async def test_a_segment_is_changing_while_a_new_version_fills(client: httpx.AsyncClient, world: World) -> None:
    """Catches `live` for a rule that is not the one to be seen, and members that vanish meanwhile."""
    made = (await client.post("/segments", json={"name": "Buyers", "definition": bought()})).json()
    assert (made["state"], made["filled"], made["members"]) == ("backfilling", 0.0, None)
    await world.idle()
    live = (await client.get(f"/segments/{made['id']}")).json()
    assert (live["state"], live["filled"], live["members"]) == ("live", None, 0)
    changed = (await client.patch(f"/segments/{made['id']}", json={"definition": bought(2)})).json()
    assert (changed["state"], changed["version"], changed["newest_version"]) == ("changing", 1, 2)
    assert (changed["filled"], changed["members"]) == (0.0, 0)
    await world.idle()
    assert (await client.get(f"/segments/{made['id']}")).json()["state"] == "live"


async def test_archiving_a_segment_in_use_says_who_uses_it(client: httpx.AsyncClient, world: World) -> None:
    """Catches a refusal that leaves the search to the reader."""
    first = (await client.post("/segments", json={"name": "First", "definition": bought()})).json()["id"]
    await world.idle()
    await client.post("/segments", json={"name": "Second", "definition": {"segment": first}})
    refused = (await client.post(f"/segments/{first}/archive")).json()
    assert "'Second'" in refused["detail"]


async def test_the_vocabulary_says_what_can_be_asked(client: httpx.AsyncClient, world: World) -> None:
    """Catches a vocabulary that nobody can read."""
    words = (await client.get("/segments/vocabulary")).json()
    assert words["attributes"]["birth_date"] == "date"
    assert words["values"]["sex"] == ["female", "male", "other"]
    assert words["events"]["purchase_line"]["category"] == "string"
