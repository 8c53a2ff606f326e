"""Would catch a message that is sent twice because others failed, and one that never comes though it could now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.world import World


def a_query(world: World, campaign: UUID, **changes: Any) -> dict[str, Any]:
    """All that failed within the last hour."""
    now = world.clock.now()
    window = {
        "settled_from": (now - timedelta(hours=1)).isoformat(),
        "settled_before": (now + timedelta(seconds=1)).isoformat(),
    }
    return {"campaign_id": str(campaign), **window, **changes}


async def test_what_failed_is_sent_again_by_window_and_reason_and_nothing_else(world: World) -> None:
    segment = uuid4()
    campaign = await world.campaign(segment=segment)
    taken, refused, dead = [await world.customer() for _ in range(3)]
    await world.handle(world.moved(taken, into=segment))
    await world.send()
    world.post_office.mood = "refuses"
    await world.handle(world.moved(refused, into=segment))
    await world.send()
    world.post_office.mood = "no-such-address"
    await world.handle(world.moved(dead, into=segment))
    await world.send()
    world.post_office.mood = "well"
    before = await world.report(campaign)
    assert (before["handed_over"], before["failed"]) == (1, {"rejected-554": 1, "bounced": 1})
    later = a_query(world, campaign, settled_from=(world.clock.now() + timedelta(seconds=-0.5)).isoformat())
    world.clock.advance(minutes=30)
    for body, expected in (
        (a_query(world, campaign, dry_run=True), {"waiting": {"rejected-554": 1}, "left": 0, "bounced": 1}),
        (a_query(world, campaign, reasons=["bounced"]), {"waiting": {}, "left": 0, "bounced": 1}),
        (a_query(world, uuid4()), {"waiting": {}, "left": 0, "bounced": 0}),
        (
            {**later, "settled_before": later["settled_from"], "settled_from": "2017-01-01T00:00:00Z"},
            {"waiting": {}, "left": 0, "bounced": 0},
        ),
        (a_query(world, campaign), {"waiting": {"rejected-554": 1}, "left": 0, "bounced": 1}),
        (a_query(world, campaign), {"waiting": {}, "left": 0, "bounced": 1}),
    ):
        answer = await world.api.post("/messages/send-again", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json() == expected
    await world.send()
    after = await world.report(campaign)
    assert (after["audience"], after["handed_over"], after["failed"]) == (3, 2, {"bounced": 1})
    assert len(world.post_office.mails) == 2
    assert [event.outcome for event in await world.emitted(refused, MessageSettled)] == ["failed", "handed_over"]


async def test_the_rules_hold_anew_for_what_is_sent_again(world: World) -> None:
    """Would catch a mail after the customer's withdrawal, or after the campaign's end."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    world.post_office.mood = "refuses"
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    world.post_office.mood = "well"
    await world.consent(customer, "withdrawn")
    assert (await world.api.post("/messages/send-again", json=a_query(world, campaign))).json()["waiting"]
    await world.send()
    assert (await world.report(campaign))["refused"] == {"withdrawn": 1}
    assert world.post_office.mails == []


async def test_a_window_that_ends_before_it_begins_is_refused(world: World) -> None:
    body = a_query(world, uuid4(), settled_before="2017-01-01T00:00:00Z")
    answer = await world.api.post("/messages/send-again", json=body)
    assert answer.status_code == 422, answer.text
