"""Would catch an unknown message that is settled twice."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.messages.test_again import a_query
from tests.component.campaigns.world import World


async def test_an_operator_settles_an_unknown_message_once(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    world.post_office.mood = "drops-after-data"
    await world.send()
    listed = (await world.api.get(f"/campaigns/{campaign}/messages?state=unknown")).json()["items"]
    path = f"/messages/{listed[0]['id']}/settle"
    answer = await world.api.post(path, json={"outcome": "handed_over", "note": "provider-log"})
    assert answer.status_code == 200, answer.text
    assert (await world.api.post(path, json={"outcome": "failed"})).status_code == 404
    report = await world.report(campaign)
    assert (report["handed_over"], report["unknown"]) == (1, 0)
    assert [event.outcome for event in await world.emitted(customer, MessageSettled)] == ["unknown", "handed_over"]


async def test_what_may_have_arrived_is_not_sent_again_because_somebody_called_it_failed(world: World) -> None:
    """Would catch a second mail to everybody whose first one the provider had taken, after an operator's mistake."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    world.post_office.mood = "drops-after-data"
    await world.send()
    world.post_office.mood = "well"
    listed = (await world.api.get(f"/campaigns/{campaign}/messages?state=unknown")).json()["items"]
    await world.api.post(f"/messages/{listed[0]['id']}/settle", json={"outcome": "failed", "note": "provider-log"})
    for dry_run in (True, False):
        again = await world.api.post("/messages/send-again", json=a_query(world, campaign, dry_run=dry_run))
        assert again.json() == {"waiting": {}, "left": 0, "bounced": 0}
    mails = len(world.post_office.mails)
    await world.send()
    assert len(world.post_office.mails) == mails
