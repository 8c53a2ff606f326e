"""Would catch a break anywhere between entering a segment and the mail in the box."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

from services.campaigns.campaigns.service import lifecycle
from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.content.domain.links import read_token
from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import CustomersMerged
from shared.contracts.envelope import Origin
from shared.customers.identifiers import fingerprint
from shared.security.tokens import read_unsubscribe_token
from tests.component.campaigns.world import RealServices, World, recipients


async def test_who_enters_the_segment_gets_one_mail_with_signed_links(world: World) -> None:
    segment, customer = uuid4(), await world.customer(email="ann.road@example.test")
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    [mail] = world.post_office.mails
    key = world.settings.installation_key.get_secret_value()
    unsubscribe = str(mail["List-Unsubscribe"]).strip("<>")
    token = read_unsubscribe_token(key, unsubscribe.rpartition("/")[2])
    assert token is not None
    assert (token.customer_id, token.campaign_id, token.purpose) == (customer, campaign, "offers")
    assert token.fingerprint == fingerprint(key, "email", "ann.road@example.test")
    assert str(mail["X-Ledger-Key"]) == str(token.message_id)
    text = mail.get_content()
    link = re.search(r"/t/c/(\S+)", text)
    assert link is not None
    tracked = read_token(key, link[1])
    assert tracked is not None
    assert tracked.url == "https://shop.example.test/apples?u=7"
    report = await world.report(campaign)
    assert (report["audience"], report["handed_over"]) == (1, 1)
    [settled] = await world.emitted(customer, MessageSettled)
    assert (settled.outcome, settled.message_id) == ("handed_over", token.message_id)
    assert settled.permit_id is not None


async def test_a_second_delivery_changes_nothing(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment, re_entry={"kind": "always"})
    event = world.moved(customer, into=segment)
    await world.handle(event)
    await world.handle(event)
    await world.execute("delete from inbox")
    await world.handle(event)
    await world.send()
    assert (await world.report(campaign))["audience"] == 1
    assert len(world.post_office.mails) == 1


async def test_history_backfill_and_old_events_write_to_nobody(world: World) -> None:
    segment = uuid4()
    campaign = await world.campaign(segment=segment)
    people = [await world.customer() for _ in range(4)]
    await world.handle(
        world.moved(people[0], into=segment, origin=Origin.HISTORY),
        world.moved(people[1], into=segment, origin=Origin.BACKFILL),
        world.moved(people[2], into=segment, at=world.clock.now() - timedelta(hours=24, seconds=1)),
        world.moved(people[3], into=segment, origin=Origin.REPAIR),
    )
    assert (await world.report(campaign))["audience"] == 0


async def test_events_recorded_before_the_start_trigger_nothing(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    early = world.moved(customer, into=segment)
    world.clock.advance(seconds=1)
    campaign = await world.campaign(segment=segment)
    await world.handle(early)
    assert (await world.report(campaign))["audience"] == 0


async def test_nobody_without_consent_is_written_to_and_the_reason_is_kept(world: World) -> None:
    segment = uuid4()
    campaign = await world.campaign(segment=segment)
    never, withdrawn = await world.customer(consent=False), await world.customer()
    await world.handle(world.moved(never, into=segment), world.moved(withdrawn, into=segment))
    await world.consent(withdrawn, "withdrawn")
    await world.send()
    assert (await world.report(campaign))["refused"] == {"no-consent": 1, "withdrawn": 1}
    assert world.post_office.mails == []


async def test_who_left_the_segment_meanwhile_is_not_written_to(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment), world.moved(customer, out_of=segment))
    await world.send()
    assert (await world.report(campaign))["refused"] == {"left-segment": 1}


async def test_once_means_once_and_again_after_means_after(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    once = await world.campaign(segment=segment)
    weekly = await world.campaign(segment=segment, re_entry={"kind": "again_after", "days": 7})
    for _ in range(4):
        await world.handle(world.moved(customer, into=segment))
        await world.handle(world.moved(customer, out_of=segment))
        world.clock.advance(days=3)
    assert (await world.report(once))["audience"] == 1
    assert (await world.report(weekly))["audience"] == 2


async def test_a_merge_lets_nobody_in_twice(world: World) -> None:
    segment = uuid4()
    old, survivor = await world.customer(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(old, into=segment))
    merge = CustomersMerged(merge_id=uuid4(), survivor=survivor, absorbed=old)
    await world.handle(world.event(merge, survivor), world.event(merge, old))
    await world.handle(world.moved(survivor, into=segment))
    assert (await world.report(campaign))["audience"] == 1


async def test_a_one_off_freezes_its_audience_and_ends_by_itself(world: World) -> None:
    segment = uuid4()
    people = [await world.customer(email=f"{n}.{uuid4().hex[:8]}@example.test") for n in range(5)]
    await world.handle(*(world.moved(person, into=segment) for person in people[:4]))
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)}, start=False)
    await world.segment(segment)
    started = await world.call(campaign, "start")
    assert (started["state"], started["audience"]) == ("running", {"done": True, "members": 4, "entered": 4})
    await world.handle(world.moved(people[4], into=segment), world.moved(people[0], out_of=segment))
    await world.send()
    report = await world.report(campaign)
    assert (report["audience"], report["handed_over"]) == (4, 4)
    async with world.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    assert (await world.report(campaign))["state"] == "finished"


async def test_one_address_of_a_household_gets_a_one_off_once(world: World) -> None:
    segment = uuid4()
    first, second = await world.customer(email="house@example.test"), await world.customer(email="")
    await world.handle(world.moved(first, into=segment), world.moved(second, into=segment))
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)})

    class Shared(RealServices):
        """Both members' cards show one address."""

        async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
            """As customers answers, but for the address."""
            cards = await super().cards(customer_ids)
            return {member: replace(card, address="House@example.test") for member, card in cards.items()}

    for _ in range(3):
        lane = await world.sender(services=Shared(world.services))
        while await lane.turn():
            pass
        world.clock.advance(minutes=10)
    report = await world.report(campaign)
    assert report["handed_over"] == 1
    assert report["refused"] == {"duplicate-address": 1}
    assert len(world.post_office.mails) == 1


async def test_recipients_outside_the_allow_list_are_refused(world: World) -> None:
    segment, customer = uuid4(), await world.customer(email=f"{uuid4().hex[:8]}@elsewhere.example")
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    assert (await world.report(campaign))["refused"] == {"not-in-allow-list": 1}
    assert recipients(world.post_office) == []


async def test_an_unknown_customer_waits_for_the_card_until_it_is_too_late(world: World) -> None:
    segment, customer = uuid4(), UUID(int=uuid4().int)
    campaign = await world.campaign(segment=segment, expires_after="PT1H")
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"no-card": 1}
    world.clock.advance(hours=1)
    await world.send()
    report = await world.report(campaign)
    assert report["refused"] == {"too-late": 1}
    assert report["too_late_after"] == {"no-card": 1}


async def test_one_click_on_the_mails_own_link_is_the_last_that_person_gets(world: World) -> None:
    segment, again, customer = uuid4(), uuid4(), await world.customer()
    await world.campaign(segment=segment)
    later = await world.campaign(segment=again)
    await world.handle(world.moved(customer, into=segment))
    await world.send()
    link = str(world.post_office.mails[0]["List-Unsubscribe"]).strip("<>")
    path = link.removeprefix(world.settings.privacy_public_url)
    await world.handle(world.moved(customer, into=again))
    answer = await world.privacy.post(path, content="List-Unsubscribe=One-Click")
    assert answer.status_code == 200, answer.text
    await world.send()
    assert (await world.report(later))["refused"] == {"withdrawn": 1}
    assert len(world.post_office.mails) == 1
