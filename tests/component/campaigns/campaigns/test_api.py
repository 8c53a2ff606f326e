"""Would catch a campaign that is changed under somebody's hands, bad input that passes, a refusal without its cure."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.component.campaigns.world import TEXT, World


def a_body(**changes: Any) -> dict[str, Any]:
    """A campaign as marketing sends it."""
    return {
        "name": "Apples",
        "purpose": "offers",
        "trigger": {"kind": "segment_entered", "segment_id": str(uuid4())},
        "content": {"subject": "Apples", "text": TEXT},
        **changes,
    }


async def test_a_campaign_is_made_read_changed_and_listed(world: World) -> None:
    made = await world.api.post("/campaigns", json=a_body())
    assert (made.status_code, made.headers["etag"], made.json()["state"]) == (201, '"1"', "draft")
    path = made.headers["location"]
    assert (await world.api.get(path)).json() == made.json()
    changed = await world.api.put(path, json=a_body(priority=7), headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["definition"]["priority"] == 7
    await world.api.post("/campaigns", json=a_body())
    first = (await world.api.get("/campaigns?limit=1")).json()
    assert len(first["items"]) == 1
    second = (await world.api.get(f"/campaigns?limit=500&after={first['next']}")).json()
    assert first["items"][0]["id"] not in [campaign["id"] for campaign in second["items"]]


async def test_a_change_needs_the_version_that_was_read(world: World) -> None:
    path = (await world.api.post("/campaigns", json=a_body())).headers["location"]
    assert (await world.api.put(path, json=a_body())).status_code == 428
    assert (await world.api.put(path, json=a_body(), headers={"If-Match": "one"})).status_code == 422
    assert (await world.api.put(path, json=a_body(), headers={"If-Match": '"1"'})).status_code == 200
    late = await world.api.put(path, json=a_body(), headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/changed-meanwhile")


async def test_a_repeated_post_with_one_idempotency_key_makes_one_campaign(world: World) -> None:
    headers = {"Idempotency-Key": uuid4().hex}
    body = a_body()
    answers = [await world.api.post("/campaigns", json=body, headers=headers) for _ in range(2)]
    assert answers[0].json()["id"] == answers[1].json()["id"]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"purpose": "Offers!"}, "/purpose"),
        ({"trigger": {"kind": "segment_entered"}}, "/trigger/segment_id"),
        ({"trigger": {"kind": "full_moon"}}, "/trigger"),
        ({"holdout_percent": 101}, "/holdout_percent"),
        ({"expires_after": "PT1S"}, "/expires_after"),
        ({"priority": 10}, "/priority"),
        ({"surprise": 1}, "/surprise"),
        ({"cap": {"limit": 0, "window": "P1D"}}, "/cap/limit"),
        ({"re_entry": {"kind": "again_after"}}, ""),
        ({"quiet_hours": {"start": "08:00", "end": "08:00"}}, ""),
        (
            {"trigger": {"kind": "event", "event": "purchase", "where": [{"field": "x", "op": "is", "value": "y"}]}},
            "/trigger/where",
        ),
    ],
)
async def test_bad_input_is_refused_with_its_place(world: World, changes: dict[str, Any], where: str) -> None:
    answer = await world.api.post("/campaigns", json=a_body(**changes))
    assert answer.status_code == 422, answer.text
    assert where in [error["where"] for error in answer.json()["errors"]], answer.text


async def test_a_faulty_template_is_refused_with_part_and_line(world: World) -> None:
    content = {"subject": "x", "text": "one\ntwo {% if %}\n{{ unsubscribe_url }}", "html": "<p>no link</p>"}
    answer = await world.api.post("/campaigns", json=a_body(content=content))
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid-template")
    found = {error["where"]: error["what"] for error in answer.json()["errors"]}
    assert found["/content/text"].startswith("line 2: ")
    assert "unsubscribe_url" in found["/content/html"]


async def test_a_running_campaign_is_not_changed_and_a_paused_one_keeps_its_trigger(world: World) -> None:
    campaign = await world.campaign()
    path, anyhow = f"/campaigns/{campaign}", {"If-Match": "*"}
    assert (await world.api.put(path, json=a_body(), headers=anyhow)).status_code == 409
    await world.call(campaign, "pause")
    moved = await world.api.put(path, json=a_body(), headers=anyhow)
    assert (moved.status_code, moved.json()["errors"][0]["where"]) == (409, "/trigger")
    same = (await world.api.get(path)).json()["definition"]
    renamed = await world.api.put(path, json={**same, "name": "Pears"}, headers=anyhow)
    assert renamed.status_code == 200, renamed.text


async def test_impossible_moves_are_refused(world: World) -> None:
    campaign = await world.campaign()
    assert (await world.api.post(f"/campaigns/{campaign}/start")).status_code == 409
    await world.call(campaign, "stop")
    for action in ("start", "pause", "resume", "stop"):
        assert (await world.api.post(f"/campaigns/{campaign}/{action}")).status_code == 409
    assert (await world.api.post(f"/campaigns/{uuid4()}/start")).status_code == 404


async def test_a_reader_may_not_start_and_a_stranger_may_not_read(world: World) -> None:
    campaign = await world.campaign(start=False)
    reader = {"Authorization": "Bearer reader-key"}
    assert (await world.api.post(f"/campaigns/{campaign}/start", headers=reader)).status_code == 403
    assert (await world.api.get("/campaigns", headers={"Authorization": "Bearer nobody"})).status_code == 401
