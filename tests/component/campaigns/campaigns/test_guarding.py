"""Would catch a campaign that brings down one sender after the other, and one that is paused for a mere restart."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.campaigns.service import guarding
from tests.component.campaigns.content.test_writers import TIME
from tests.component.campaigns.delivery.test_crashes import DyingServices, Killed
from tests.component.campaigns.world import World


async def guard(world: World) -> int:
    async with world.database.transaction() as tx:
        return await guarding.pause_struck(tx)


async def a_sender_dies(world: World) -> None:
    """With what is due in its hand."""
    services = DyingServices(world.services)
    services.point = "claimed"
    lane = await world.sender(services=services)
    lane._size = 1
    with contextlib.suppress(Killed):
        await lane.turn()
    await world.close_senders()
    await world.recover()


async def an_audience(world: World, size: int, **changes: Any) -> UUID:
    segment = uuid4()
    campaign = await world.campaign(segment=segment, **changes)
    people = [await world.customer() for _ in range(size)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    world.clock.advance(seconds=1)
    return campaign


async def test_senders_that_lost_their_session_with_the_database_are_no_sign(world: World) -> None:
    """Catches a crash of PostgreSQL that pauses every campaign which was about to send."""
    await an_audience(world, 4)
    for _ in range(2):
        await a_sender_dies(world)
    async with world.database.transaction() as tx:
        # As if the database had been started since.
        await tx.execute("update messages set claimed_at = claimed_at - interval '1 year' where claimed_at is not null")
    assert await guard(world) == 0


async def test_two_senders_that_die_on_one_campaign_pause_it(world: World) -> None:
    campaign = await an_audience(world, 4)
    other = await world.campaign()
    await a_sender_dies(world)
    assert await guard(world) == 0
    await a_sender_dies(world)
    assert await guard(world) == 1
    shown = await world.shown(campaign)
    assert (shown["state"], shown["state_reason"]) == ("paused", "senders-died")
    assert (await world.shown(other))["state"] == "running"
    await world.send()
    report = await world.report(campaign)
    assert (report["handed_over"], report["unknown"], report["waiting"]) == (0, 2, {"campaign-paused": 2})
    await world.call(campaign, "resume")
    assert (await world.shown(campaign))["state_reason"] is None
    assert await guard(world) == 0
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 2


async def test_senders_that_are_killed_in_the_midst_of_their_work_pause_nothing(world: World) -> None:
    campaign = await an_audience(world, 6)
    for _ in range(2):
        await a_sender_dies(world)
        world.clock.advance(seconds=1)
        lane = await world.sender()
        lane._size = 1
        await lane.turn()
        world.clock.advance(seconds=1)
    assert await guard(world) == 0
    assert (await world.shown(campaign))["state"] == "running"


async def test_letters_that_take_all_time_pause_their_campaign_and_not_the_sender(world: World) -> None:
    content = {"subject": "x", "text": "Hi {{ unsubscribe_url }}"}
    bomb = await an_audience(world, 3, content=content)
    bad = TIME.replace("customer.long", "customer.name | append: '" + "a" * 2_000 + "'")
    await world.execute(
        "update terms set terms = jsonb_set(terms, '{content,text}', to_jsonb(cast(:text as text))) where id = :id",
        text=bad,
        id=bomb,
    )
    good = await an_audience(world, 3)
    await world.send()
    assert await guard(world) == 1
    shown = await world.shown(bomb)
    assert (shown["state"], shown["state_reason"]) == ("paused", "template-limits")
    assert (await world.report(bomb))["failed"] == {"template-limits": 2}
    assert (await world.report(good))["handed_over"] == 3
