"""Would catch an audience that is suppressed because a provider refused us, and a sender that goes on regardless."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID, uuid4

import pytest

from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.world import World


async def an_audience(world: World, size: int) -> tuple[UUID, list[UUID]]:
    segment = uuid4()
    people = [await world.customer() for _ in range(size)]
    campaign = await world.campaign(segment=segment)
    await world.handle(*(world.moved(person, into=segment) for person in people))
    return campaign, people


async def pause_ends(world: World) -> None:
    await world.execute("update sender_pauses set until = now()")


@pytest.mark.parametrize(
    ("recipient", "letter", "where", "bounced"),
    [
        ("550 5.1.1 unknown", "250 OK", {"failed": {"bounced": 1}}, True),
        ("501 5.1.3 bad syntax", "250 OK", {"failed": {"bounced": 1}}, True),
        ("250 OK", "554 5.1.1 unknown", {"failed": {"bounced": 1}}, True),
        ("550 relaying denied", "250 OK", {"failed": {"rejected-550": 1}}, False),
        ("552 5.2.2 mailbox full", "250 OK", {"failed": {"rejected-5.2.2": 1}}, False),
        ("553 5.1.8 bad sender", "250 OK", {"failed": {"rejected-5.1.8": 1}}, False),
        ("550 5.7.1 listed", "250 OK", {"waiting": {"sender-refused": 1}}, False),
        ("250 OK", "550 5.7.26 unauthenticated", {"waiting": {"sender-refused": 1}}, False),
        ("451 4.7.1 greylisted", "250 OK", {"waiting": {"provider": 1}}, False),
        ("250 OK", "451 4.3.0 busy", {"unknown": 1}, False),
    ],
)
async def test_each_class_of_refusal_has_its_own_consequence(
    world: World, recipient: str, letter: str, where: Mapping[str, object], bounced: bool
) -> None:
    campaign, [customer] = await an_audience(world, 1)
    world.post_office.mood = "replies"
    world.post_office.at_recipient, world.post_office.at_letter = recipient, letter
    await world.send()
    report = await world.report(campaign)
    assert {name: report[name] for name in where} == where
    settled = await world.emitted(customer, MessageSettled)
    assert [event.bounced for event in settled] == ([] if "waiting" in where else [bounced])


async def test_a_letter_that_the_server_may_have_kept_is_never_sent_again_by_itself(world: World) -> None:
    campaign, _ = await an_audience(world, 1)
    world.post_office.mood, world.post_office.at_letter = "replies", "451 4.3.0 try again"
    await world.send()
    world.post_office.mood = "well"
    world.clock.advance(hours=12)
    await world.send()
    assert await world.states(campaign) == {"unknown": 1}
    assert world.post_office.mails == []


async def test_a_provider_that_refuses_who_sends_pauses_the_sender_and_suppresses_nobody(world: World) -> None:
    campaign, people = await an_audience(world, 12)
    world.post_office.mood, world.post_office.at_recipient = "replies", "550 5.7.1 your reputation is low"
    await world.send()
    shown = (await world.api.get("/sender")).json()
    assert (shown["code"], shown["pauses_in_a_row"]) == ("5.7.1", 1)
    waiting = (await world.report(campaign))["waiting"]
    # Three in a row, and what was in hand beside them.
    assert 3 <= waiting["sender-refused"] <= 3 + world.settings.smtp_connections
    assert sum(waiting.values()) == 12
    for person in people:
        assert await world.emitted(person, MessageSettled) == []
    world.post_office.mood = "well"
    world.clock.advance(hours=1)
    await world.send()
    assert world.post_office.mails == []
    await pause_ends(world)
    world.clock.advance(hours=1)
    await world.send()
    assert len(world.post_office.mails) == 12
    assert (await world.api.get("/sender")).json()["paused_until"] is None


async def test_a_sender_that_is_refused_again_pauses_longer_and_an_operator_may_end_it(world: World) -> None:
    await an_audience(world, 5)
    world.post_office.mood, world.post_office.at_recipient = "replies", "550 5.7.1 your reputation is low"
    await world.send()
    await pause_ends(world)
    world.clock.advance(hours=1)
    await world.send()
    pause = "select extract(epoch from until - now())::int from sender_pauses"
    assert (await world.api.get("/sender")).json()["pauses_in_a_row"] == 2
    assert 110 < await world.value(pause) <= 120
    world.post_office.mood = "well"
    assert (await world.api.post("/sender/resume")).json()["paused_until"] is None
    world.clock.advance(hours=2)
    await world.send()
    assert len(world.post_office.mails) == 5


async def test_one_recipient_whose_own_rules_refuse_us_stops_nobody_else(world: World) -> None:
    campaign, _ = await an_audience(world, 9)
    refused = await world.value(
        "select customer_id from messages where campaign_id = :id order by customer_id limit 1", id=campaign
    )
    address = (await world.customers.get(f"/customers/{refused}")).json()["identifiers"]
    [email] = [found["value"] for found in address if found["kind"] == "email"]
    world.post_office.refused_recipient = email
    await world.send()
    world.post_office.refused_recipient = None
    report = await world.report(campaign)
    assert (report["handed_over"], report["waiting"]) == (8, {"sender-refused": 1})
    assert (await world.api.get("/sender")).json()["paused_until"] is None
