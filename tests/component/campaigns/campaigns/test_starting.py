"""Would catch a campaign that starts and mails nobody without a word, and an audience that is cut off or doubled."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.campaigns.campaigns.service import lifecycle, starting
from shared.contracts.customers import CustomersMerged
from shared.contracts.privacy import ConsentChanged
from tests.component.campaigns.world import TEXT, World


async def a_one_off(world: World, size: int) -> tuple[UUID, UUID, list[UUID]]:
    """A draft, its segment and who is in it, by id."""
    segment = await world.segment()
    people = sorted([await world.customer() for _ in range(size)], key=str)
    await world.handle(*(world.moved(person, into=segment) for person in people))
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)}, start=False)
    return campaign, segment, people


async def piece(world: World, campaign: UUID, size: int) -> bool:
    async with world.database.transaction() as tx:
        return await starting.freeze_piece(tx, campaign, size)


async def test_the_start_of_a_one_off_answers_before_its_audience_is_frozen(world: World) -> None:
    campaign, _, _ = await a_one_off(world, 7)
    answer = await world.api.post(f"/campaigns/{campaign}/start")
    assert (answer.status_code, answer.json()["state"]) == (202, "starting")
    assert answer.json()["audience"] == {"done": False, "members": None, "entered": 0}
    assert await piece(world, campaign, 3)
    shown = await world.shown(campaign)
    assert (shown["state"], shown["audience"]) == ("starting", {"done": False, "members": 7, "entered": 3})
    listed = (await world.api.get("/campaigns?state=starting&limit=500")).json()["items"]
    assert str(campaign) in [found["id"] for found in listed]
    running = (await world.api.get("/campaigns?state=running&limit=500")).json()["items"]
    assert str(campaign) not in [found["id"] for found in running]
    await world.freeze()
    shown = await world.shown(campaign)
    assert (shown["state"], shown["audience"]["entered"]) == ("running", 7)
    assert shown["version"] == answer.json()["version"]
    assert (await world.report(campaign))["audience"] == 7


async def test_an_audience_that_is_frozen_halfway_is_sent_to_and_not_called_finished(world: World) -> None:
    campaign, _, _ = await a_one_off(world, 5)
    await world.api.post(f"/campaigns/{campaign}/start")
    await piece(world, campaign, 2)
    await world.send()
    assert len(world.post_office.mails) == 2
    async with world.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    assert (await world.shown(campaign))["state"] == "starting"
    await world.freeze()
    await world.send()
    assert len(world.post_office.mails) == 5
    async with world.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    assert (await world.shown(campaign))["state"] == "finished"


async def test_a_piece_that_is_cut_off_or_comes_again_changes_nothing(world: World) -> None:
    campaign, _, _ = await a_one_off(world, 6)
    await world.api.post(f"/campaigns/{campaign}/start")
    with pytest.raises(ZeroDivisionError):
        async with world.database.transaction() as tx:
            await starting.freeze_piece(tx, campaign, 4)
            raise ZeroDivisionError
    assert (await world.report(campaign))["audience"] == 0
    await piece(world, campaign, 4)
    await world.execute("update campaigns set frozen_after = null, entered = 0 where id = :id", id=campaign)
    await world.freeze()
    assert (await world.report(campaign))["audience"] == 6


async def test_who_joins_or_leaves_while_the_audience_is_frozen(world: World) -> None:
    campaign, segment, people = await a_one_off(world, 6)
    await world.api.post(f"/campaigns/{campaign}/start")
    await piece(world, campaign, 2)
    world.clock.advance(seconds=1)
    late = await world.customer()
    await world.handle(world.moved(late, into=segment), world.moved(people[5], out_of=segment))
    await world.freeze()
    assert (await world.report(campaign))["audience"] == 5
    entered = "select count(*) from messages where campaign_id = :campaign and customer_id = :customer"
    assert await world.value(entered, campaign=campaign, customer=late) == 0


async def test_a_merge_while_the_audience_is_frozen_lets_nobody_in_twice(world: World) -> None:
    campaign, _, people = await a_one_off(world, 4)
    await world.api.post(f"/campaigns/{campaign}/start")
    await piece(world, campaign, 2)
    merge = CustomersMerged(merge_id=uuid4(), survivor=people[3], absorbed=people[0])
    await world.handle(world.event(merge, people[3]), world.event(merge, people[0]))
    await world.freeze()
    assert (await world.report(campaign))["audience"] == 3


async def test_a_start_can_be_paused_resumed_and_stopped_halfway(world: World) -> None:
    campaign, _, _ = await a_one_off(world, 6)
    await world.api.post(f"/campaigns/{campaign}/start")
    await piece(world, campaign, 2)
    await world.api.post(f"/campaigns/{campaign}/pause")
    await world.freeze()
    assert (await world.report(campaign))["audience"] == 2
    resumed = await world.api.post(f"/campaigns/{campaign}/resume")
    assert resumed.json()["state"] == "starting"
    await piece(world, campaign, 2)
    await world.api.post(f"/campaigns/{campaign}/stop")
    await world.freeze()
    assert (await world.shown(campaign))["state"] == "stopped"
    assert (await world.report(campaign))["audience"] == 4


@pytest.mark.parametrize("kind", ["segment_entered", "segment_left", "one_off"])
@pytest.mark.parametrize("state", ["unknown", "archived", "backfilling"])
async def test_a_segment_that_answers_nobody_is_refused_at_the_start(world: World, kind: str, state: str) -> None:
    segment = uuid4()
    if state != "unknown":
        await world.segment(segment, state)  # type: ignore[arg-type]
    campaign = await world.campaign(trigger={"kind": kind, "segment_id": str(segment)}, start=False)
    answer = await world.api.post(f"/campaigns/{campaign}/start")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/segment-not-ready")
    assert answer.json()["errors"][0]["where"] == "/trigger/segment_id"
    warned = (await world.api.post(f"/campaigns/{campaign}/validate")).json()["warnings"]
    assert len(warned) == 1
    assert "segment" in warned[0]
    await world.segment(segment)
    assert (await world.api.post(f"/campaigns/{campaign}/start")).status_code in (200, 202)


async def test_a_campaign_whose_segment_is_archived_is_paused_and_says_why(world: World) -> None:
    segment = await world.segment()
    left = await world.campaign(trigger={"kind": "segment_left", "segment_id": str(segment)})
    through, through_segment, _ = await a_one_off(world, 2)
    await world.api.post(f"/campaigns/{through}/start")
    await world.freeze()
    customer = await world.customer()
    await world.handle(world.moved(customer, into=segment))
    await world.segment(segment, "archived")
    await world.segment(through_segment, "archived")
    await world.handle(world.moved(customer, out_of=segment))
    await world.send()
    shown = await world.shown(left)
    assert (shown["state"], shown["state_reason"]) == ("paused", "segment-archived")
    assert (await world.report(left))["handed_over"] == 0
    assert (await world.report(through))["handed_over"] == 2
    refused = await world.api.post(f"/campaigns/{left}/resume")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/segment-not-ready")


async def test_a_purpose_that_nobody_permits_is_told(world: World) -> None:
    grant = ConsentChanged(consent_id=uuid4(), purpose="marketing", channel="email", state="granted")
    await world.handle(world.event(grant, uuid4()))
    segment = await world.segment()
    waiting = await world.campaign(segment=segment, purpose="markting", start=False)
    answer = await world.api.post(f"/campaigns/{waiting}/start")
    assert answer.status_code == 200
    assert "Did you mean 'marketing'?" in answer.json()["warnings"][0]
    trigger = {"kind": "one_off", "segment_id": str(segment)}
    one_off = await world.campaign(trigger=trigger, purpose="markting", start=False)
    answer = await world.api.post(f"/campaigns/{one_off}/start")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/purpose-granted-by-nobody")


async def test_purposes_follow_the_rule_of_consents(world: World) -> None:
    for purpose in ("news.wine", "a-b_c.d"):
        made = await world.campaign(purpose=purpose, start=False)
        assert (await world.shown(made))["definition"]["purpose"] == purpose
        policy = {"caps": [{"limit": 1, "window": "P1D", "purpose": purpose}]}
        assert (await world.api.put("/policies", json=policy)).status_code == 200


SERVICE = {
    "purpose": "service",
    "trigger": {"kind": "event", "event": "purchase"},
    "service_reason": "tells buyers that their order was sent",
}


async def test_service_messages_need_a_scope_a_reason_and_an_event(world: World) -> None:
    """People who withdrew were mailed by any key that sends, with the purpose `service`."""
    body = {"name": "Sent", "content": {"subject": "x", "text": TEXT}, **SERVICE}
    refused = await world.api.post("/campaigns", json=body)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/service-scope-missing")
    service = {"Authorization": "Bearer service-desk-key"}
    for change in (
        {"service_reason": None},
        {"trigger": {"kind": "one_off", "segment_id": str(uuid4())}},
        {"trigger": {"kind": "segment_entered", "segment_id": str(uuid4())}},
        {"purpose": "offers"},
    ):
        answer = await world.api.post("/campaigns", json={**body, **change}, headers=service)
        assert answer.status_code == 422, answer.text
    made = await world.api.post("/campaigns", json=body, headers=service)
    assert made.status_code == 201, made.text
    path = made.headers["location"]
    assert (await world.api.post(f"{path}/start")).status_code == 403
    assert (await world.api.put(path, json={**body, "priority": 7}, headers={"If-Match": "*"})).status_code == 403
    offers = {
        "name": "Sent",
        "content": {"subject": "x", "text": TEXT},
        "purpose": "offers",
        "trigger": body["trigger"],
    }
    assert (await world.api.put(path, json=offers, headers={"If-Match": "*"})).status_code == 403
    assert (await world.api.post(f"{path}/start", headers=service)).status_code == 200
    assert (await world.api.post(f"{path}/pause")).status_code == 200
    kept = "select definition->>'service_reason' from campaign_versions where campaign_id = :id limit 1"
    assert await world.value(kept, id=UUID(made.json()["id"])) == SERVICE["service_reason"]
