"""Members of a segment, and memberships of a customer, over HTTP."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.world import World


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
        found += [member["customer_id"] for member in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [str(who) for who in people]
    lines = (await client.get(f"/segments/{segment['id']}/members/export?format=csv")).text.split("\r\n")
    assert [line.split(",")[0] for line in lines] == ["customer_id", *found, ""]
    ndjson = (await client.get(f"/segments/{segment['id']}/members/export")).text.splitlines()
    assert len(ndjson) == 5
    held = (await client.get(f"/customers/{people[0]}/segments")).json()
    assert [membership["name"] for membership in held] == ["Buyers"]
    (move,) = (await client.get(f"/customers/{people[0]}/history")).json()["items"]
    assert (move["change"], move["origin"], move["cause"]) == ("entered", "backfill", "definition")
    archived = (await client.post(f"/segments/{segment['id']}/archive")).json()
    assert (archived["state"], archived["members"]) == ("archived", None)
    assert (await client.get(f"/customers/{people[0]}/segments")).json() == []
    assert (await client.get("/segments")).json()["items"] == []
