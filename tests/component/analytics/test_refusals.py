"""What analytics refuses, each by its name: a program can tell one from the other."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx

from services.analytics.segments.service import definitions
from tests.component.analytics.builders import bought
from tests.component.analytics.world import World

NOBODY = "0197f4a1-0000-7000-8000-000000000001"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


async def test_segments_and_lists_refuse_by_name(world: World, client: httpx.AsyncClient) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    first = await world.a_segment(bought(), "First")
    second = await world.a_segment({"segment": str(first)}, "Second")
    assert told(await client.get(f"/segments/{NOBODY}")) == (404, "segment-not-found")
    assert told(await client.patch(f"/segments/{NOBODY}", json={"name": "X"})) == (404, "segment-not-found")
    taken: dict[str, Any] = {"name": "First", "definition": bought()}
    assert told(await client.post("/segments", json=taken)) == (409, "name-taken")
    assert told(await client.post(f"/segments/{first}/archive")) == (409, "still-referred")
    assert told(await client.get(f"/segments/{second}/explain/{NOBODY}")) == (404, "customer-unknown")
    assert told(await client.get(f"/lists/{NOBODY}")) == (404, "list-not-found")
    made = (await client.post("/lists", json={"name": "Friends"})).json()
    assert told(await client.post("/lists", json={"name": "Friends"})) == (409, "name-taken")
    await world.a_segment({"list": made["id"]}, "Listed")
    assert told(await client.delete(f"/lists/{made['id']}")) == (409, "still-referred")


async def test_a_segment_that_is_being_filled_has_no_members_yet(world: World, client: httpx.AsyncClient) -> None:
    """Catches an empty page in the place of members who are only not found yet."""
    async with world.database.transaction() as tx:
        id = await definitions.create_segment(tx, f"s{uuid4()}", None, bought(), "tests", None)
    assert told(await client.get(f"/segments/{id}/members")) == (409, "segment-not-live")


async def test_insights_refuse_by_name(client: httpx.AsyncClient) -> None:
    """Catches refusals that changed their name or status: callers decide by them."""
    backwards = {"from": "2017-02-01", "to": "2017-01-01"}
    assert told(await client.get("/insights/profitability", params=backwards)) == (422, "span-empty")
    nowhere = {"zone": "Europe/Nowhere"}
    assert told(await client.get("/insights/revenue", params=nowhere)) == (422, "zone-unknown")
