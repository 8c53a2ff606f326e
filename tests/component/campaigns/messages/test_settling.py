"""Would catch an unknown message that is settled twice."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.campaigns import MessageSettled
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
