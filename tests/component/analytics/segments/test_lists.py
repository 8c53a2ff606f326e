"""Static lists over HTTP."""

from __future__ import annotations

from uuid import uuid4

import httpx

from tests.component.analytics.world import World


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
