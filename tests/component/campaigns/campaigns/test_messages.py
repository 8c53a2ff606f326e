"""Would catch an agent who cannot see what was sent to a customer, what was not, and why."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.customers import CustomersMerged
from shared.contracts.interactions import ResponseRecorded
from tests.component.campaigns.world import World


async def test_what_was_sent_to_a_customer_and_what_was_not_is_listed_newest_first(world: World) -> None:
    old, customer = await world.customer(), await world.customer()
    names: list[str] = []
    for number in range(3):
        segment, names = uuid4(), [f"Campaign {number}", *names]
        await world.campaign(name=names[0], segment=segment)
        await world.handle(world.moved(old if number == 0 else customer, into=segment))
        if number == 2:
            await world.consent(customer, "withdrawn")
        await world.send()
        world.clock.advance(seconds=1)
    merge = CustomersMerged(merge_id=uuid4(), survivor=customer, absorbed=old)
    await world.handle(world.event(merge, customer), world.event(merge, old))
    listed = (await world.api.get(f"/customers/{customer}/messages")).json()
    assert [message["campaign"] for message in listed["items"]] == names
    assert [(message["state"], message["reason"]) for message in listed["items"]] == [
        ("refused", "withdrawn"),
        ("handed_over", None),
        ("handed_over", None),
    ]
    seen, after = [], ""
    while True:
        page = (await world.api.get(f"/customers/{old}/messages?limit=1{after}")).json()
        seen += [message["campaign"] for message in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert seen == names
    assert (await world.api.get(f"/customers/{uuid4()}/messages")).json() == {"items": [], "next": None}
    assert (await world.api.get(f"/customers/{old}/messages?after=eyJhIjoxfQ")).status_code == 422


async def test_what_came_back_stands_beside_each_message(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    message = await world.value("select id from messages where campaign_id = :id", id=campaign)
    events = [
        ResponseRecorded(
            interaction_id=uuid4(), kind=kind, channel="email", campaign_id=campaign, message_id=message, link=link
        )
        for kind, link in (("clicked", "https://a.test/1"), ("clicked", "https://a.test/2"), ("opened", None))
    ]
    await world.handle(*(world.event(event, customer) for event in events))
    [shown] = (await world.api.get(f"/customers/{customer}/messages")).json()["items"]
    assert shown["responses"] == ["clicked", "opened"]
