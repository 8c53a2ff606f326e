"""Would catch a message that passes while something forbids it, and one that is lost while it waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.campaigns.service import lifecycle
from shared.contracts.customers import CustomerRetracted, CustomersMerged
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import CaseChanged, CaseKind, CaseState
from shared.contracts.privacy import ConsentChanged, RestrictionChanged
from tests.component.campaigns.builders import a_profile
from tests.component.campaigns.world import TEXT, World


async def put_policy(world: World, **policy: object) -> None:
    answer = await world.api.put("/policies", json=policy)
    assert answer.status_code == 200, answer.text


async def enter(world: World, campaign_segment: UUID, customer: UUID) -> None:
    await world.handle(world.moved(customer, into=campaign_segment))


async def test_two_campaigns_at_once_cannot_both_pass_a_cap(world: World) -> None:
    await put_policy(world, caps=[{"limit": 1, "window": "P1D"}])
    segment = uuid4()
    first, second = await world.campaign(segment=segment), await world.campaign(segment=segment)
    for _ in range(5):
        await enter(world, segment, await world.customer())
    lanes = [await world.sender() for _ in range(4)]
    for lane in lanes:
        lane._size = 1  # so that each takes another message of the same customers
    while any(await asyncio.gather(*(lane.turn() for lane in lanes))):
        pass
    assert len(world.post_office.mails) == 5
    waiting = [(await world.report(campaign))["waiting"].get("frequency-cap", 0) for campaign in (first, second)]
    assert sum(waiting) == 5


async def test_a_capped_message_leaves_exactly_when_the_window_has_passed(world: World) -> None:
    await put_policy(world, caps=[{"limit": 1, "window": "P1D"}])
    segment, customer = uuid4(), await world.customer()
    await world.campaign(segment=segment)
    late = await world.campaign(segment=segment)
    await enter(world, segment, customer)
    await world.send()
    await world.send()
    capped = "select not_before from messages where deferred_for = 'frequency-cap' and state = 'waiting'"
    due = await world.value(capped)
    assert due == world.clock.now() + timedelta(days=1)
    world.clock.advance(days=1, seconds=-1)
    await world.send()
    assert len(world.post_office.mails) == 1
    world.clock.advance(seconds=1)
    await world.send()
    assert len(world.post_office.mails) == 2
    assert (await world.report(late))["adds_up"]


async def test_a_cap_counts_over_the_whole_alias_group(world: World) -> None:
    await put_policy(world, caps=[{"limit": 1, "window": "P1D"}])
    segment, other = uuid4(), uuid4()
    old, survivor = await world.customer(), await world.customer()
    await world.campaign(segment=segment)
    await enter(world, segment, old)
    await world.send()
    await world.handle(world.event(CustomersMerged(merge_id=uuid4(), survivor=survivor, absorbed=old), survivor))
    second = await world.campaign(segment=other)
    await enter(world, other, survivor)
    await world.send()
    assert (await world.report(second))["waiting"] == {"frequency-cap": 1}


async def test_quiet_hours_are_those_of_the_customers_own_zone(world: World) -> None:
    await put_policy(world, quiet_hours={"start": "21:00", "end": "08:00"})
    world.clock.set(world.clock.now().replace(hour=14))
    segment = uuid4()
    here, tokyo = await world.customer(), await world.customer()
    profile = a_profile(time_zone="Asia/Tokyo")
    campaign = await world.campaign(segment=segment)
    await world.handle(world.event(profile, tokyo), world.moved(here, into=segment), world.moved(tokyo, into=segment))
    await world.send()
    report = await world.report(campaign)
    assert (report["handed_over"], report["waiting"]) == (1, {"quiet-hours": 1})
    due = await world.value("select not_before from messages where deferred_for = 'quiet-hours' and state = 'waiting'")
    assert due.astimezone(UTC).hour == 23
    world.clock.set(due)
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 2


async def test_of_a_retracted_customer_nothing_is_copied(world: World) -> None:
    """Catches the time zone and the status of an import that was taken back, by which somebody is written to."""
    customer = await world.customer()
    fact = CustomerRetracted(import_id=uuid4())
    kept = "select status is null and time_zone is null and reachable = '{}' from profiles where customer_id = :id"
    profile = a_profile(time_zone="Asia/Tokyo")
    await world.handle(world.event(profile, customer))
    assert await world.value(kept, id=customer) is False
    await world.handle(world.event(fact, customer))
    assert await world.value(kept, id=customer) is True


async def test_the_holdout_is_refused_and_nobody_of_it_gets_a_mail(world: World) -> None:
    segment = uuid4()
    campaign = await world.campaign(segment=segment, holdout_percent=50)
    people = [await world.customer() for _ in range(30)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    await world.send()
    report = await world.report(campaign)
    assert report["handed_over"] + report["refused"]["holdout"] == 30
    assert 0 < report["handed_over"] < 30
    assert len(world.post_office.mails) == report["handed_over"]


async def test_whoever_was_held_out_stays_held_out_when_the_campaign_is_changed(world: World) -> None:
    """Catches lots that are drawn anew with each version: those who were to be left alone would be written to."""
    segment = uuid4()
    campaign = await world.campaign(segment=segment, holdout_percent=50, re_entry={"kind": "always"})
    people = [await world.customer() for _ in range(30)]

    async def written_to() -> set[str]:
        world.post_office.forget()
        await world.handle(*(world.moved(person, into=segment) for person in people))
        await world.send()
        await world.handle(*(world.moved(person, out_of=segment) for person in people))
        return {str(mail["To"]) for mail in world.post_office.mails}

    first = await written_to()
    shown = (await world.api.get(f"/campaigns/{campaign}")).json()
    body = {**shown["definition"], "content": {"subject": "Pears, {{ customer.name }}", "text": TEXT}, "priority": 7}
    await world.call(campaign, "pause")
    changed = await world.api.put(f"/campaigns/{campaign}", json=body, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.text
    await world.call(campaign, "resume")
    assert changed.json()["version"] > shown["version"]
    assert 0 < len(first) < 30
    assert await written_to() == first


async def test_a_restricted_or_blocked_customer_is_refused(world: World) -> None:
    segment = uuid4()
    restricted, blocked = await world.customer(), await world.customer()
    profile = a_profile(status="blocked")
    campaign = await world.campaign(segment=segment)
    await world.handle(
        world.event(RestrictionChanged(restricted=True), restricted),
        world.event(profile, blocked),
        world.moved(restricted, into=segment),
        world.moved(blocked, into=segment),
    )
    await world.send()
    assert (await world.report(campaign))["refused"] == {"restricted": 1, "blocked": 1}


async def test_whoever_has_an_open_complaint_is_spared_where_the_policy_says_so(world: World) -> None:
    """Catches advertising to somebody who waits for an answer, a complaint that is solved
    and still counts, and a late word of its earlier state that opens it again."""
    segment, case = uuid4(), uuid4()
    waiting, answered, silent = [await world.customer() for _ in range(3)]

    def told(customer: UUID, case: UUID, state: CaseState, kind: CaseKind = "complaint") -> Envelope[Any]:
        return world.event(CaseChanged(case_id=case, kind=kind, state=state, priority="high"), customer)

    late = told(answered, case, "open")
    await world.handle(told(answered, case, "solved"))
    await world.handle(late, told(silent, uuid4(), "open", "question"))
    await world.handle(told(waiting, uuid4(), "pending"))
    campaign = await world.campaign(segment=segment)
    await put_policy(world, spare_complaints=True)
    assert (await world.api.get("/policies")).json()["spare_complaints"] is True
    for customer in (waiting, answered, silent):
        await enter(world, segment, customer)
    await world.send()
    assert (await world.report(campaign))["refused"] == {"open-complaint": 1}
    assert len(world.post_office.mails) == 2
    await put_policy(world)
    other = await world.campaign(segment=segment)
    await enter(world, segment, waiting)
    await world.send()
    assert (await world.report(other))["refused"] == {}


async def test_a_local_grant_alone_sends_nothing_and_a_late_copy_of_a_refusal_forbids(world: World) -> None:
    segment, customer = uuid4(), await world.customer(consent=False)
    campaign = await world.campaign(segment=segment)
    grant = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state="granted")
    await world.handle(world.event(grant, customer), world.moved(customer, into=segment))
    await world.send()
    assert (await world.report(campaign))["refused"] == {"no-consent": 1}


async def test_the_stop_all_switch_halts_and_loses_nothing(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)
    assert (await world.api.put("/switch", json={"halted": True})).json()["by"] == "marketing"
    await world.send()
    assert world.post_office.mails == []
    await world.api.put("/switch", json={"halted": False})
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1


async def test_a_one_off_that_is_halted_loses_nobody_and_is_not_called_finished(world: World) -> None:
    """Catches an audience that is refused, or a run that ends, while somebody holds the switch."""
    segment = await world.segment()
    people = [await world.customer() for _ in range(3)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    await world.api.put("/switch", json={"halted": True})
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)})
    await world.send()
    async with world.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    report = await world.report(campaign)
    assert (report["audience"], sum(report["waiting"].values()), world.post_office.mails) == (3, 3, [])
    assert (await world.shown(campaign))["state"] == "running"
    await world.api.put("/switch", json={"halted": False})
    await world.send()
    async with world.database.transaction() as tx:
        await lifecycle.finish_one_offs(tx)
    assert (await world.report(campaign))["handed_over"] == 3
    assert (await world.shown(campaign))["state"] == "finished"


async def test_a_paused_campaign_waits_and_goes_on_at_once_when_resumed(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.call(campaign, "pause")
    await enter(world, segment, customer)
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"campaign-paused": 1}
    await world.call(campaign, "resume")
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1


async def test_what_waits_when_a_campaign_is_stopped_is_refused_with_that_reason(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)
    await world.call(campaign, "stop")
    await world.send()
    assert (await world.report(campaign))["refused"] == {"campaign-stopped": 1}


async def test_a_higher_priority_goes_first(world: World) -> None:
    await put_policy(world, caps=[{"limit": 1, "window": "P1D"}])
    segment, customer = uuid4(), await world.customer()
    low = await world.campaign(segment=segment, priority=1)
    high = await world.campaign(segment=segment, priority=8)
    await enter(world, segment, customer)
    await world.send()
    assert (await world.report(high))["handed_over"] == 1
    assert (await world.report(low))["waiting"] == {"frequency-cap": 1}
