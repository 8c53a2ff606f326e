"""Would catch a message that is judged by other terms than its campaign's: after an upgrade, or after a change."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from uuid import uuid4

import pytest

from services.campaigns.campaigns.domain.campaign import (
    Campaign,
    CampaignState,
    Definition,
    EventTrigger,
    OneOff,
    SegmentTrigger,
)
from services.campaigns.campaigns.domain.terms import terms_of
from services.campaigns.campaigns.repository.definitions import dump_definition
from services.campaigns.campaigns.service.terms import write_outdated_terms
from services.campaigns.content.domain.content import Content
from services.campaigns.gate.domain.caps import Cap
from services.campaigns.gate.domain.quiet_hours import QuietHours
from services.campaigns.gate.repository import terms
from services.registry import run_migrations
from shared.database.engine import Database
from tests.component.campaigns.world import TEXT, World
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

_PLAIN = Definition("Apples", "offers", SegmentTrigger("segment_entered", uuid4()), Content("Apples", TEXT))
_FULL = replace(
    _PLAIN,
    purpose="service",
    trigger=OneOff("one_off", uuid4()),
    content=Content("Äpfel: {{ customer.name }}", TEXT, "<p>{{ unsubscribe_url }}</p>"),
    cap=Cap(2, timedelta(days=7)),
    quiet_hours=QuietHours(time(21, 30), time(8)),
    holdout_percent=12.5,
)
_DEFINITIONS = (
    _PLAIN,
    replace(_PLAIN, trigger=SegmentTrigger("segment_left", uuid4())),
    replace(_PLAIN, trigger=EventTrigger("event", "purchase")),
    _FULL,
)


async def test_an_upgrade_gives_every_campaign_the_terms_that_it_would_be_given_today(
    create_database: CreateDatabase, clock: FixedClock
) -> None:
    url = await create_database("campaigns_before_terms")
    await asyncio.to_thread(run_migrations, "campaigns", url, "0001")
    made = [
        Campaign(uuid4(), 1, state, definition, uuid4(), uuid4(), clock.now())
        for state in CampaignState
        if state is not CampaignState.STARTING
        for definition in _DEFINITIONS
    ]
    database = Database(url, source="campaigns", clock=clock, pool_size=2)
    try:
        async with database.transaction() as tx:
            for campaign in made:
                await tx.execute(
                    """insert into campaigns (id, version, state, definition, salt, run_id, created_at)
                       values (:id, 1, :state, cast(:definition as jsonb), :salt, :run, :now)""",
                    {
                        "id": campaign.id,
                        "state": campaign.state.value,
                        "definition": dump_definition(campaign.definition),
                        "salt": campaign.salt,
                        "run": campaign.run_id,
                        "now": tx.now,
                    },
                )
        await asyncio.to_thread(run_migrations, "campaigns", url)
        async with database.transaction() as tx:
            kept = await terms.find_many(tx, [campaign.id for campaign in made])
    finally:
        await database.close()
    assert kept == {campaign.id: terms_of(campaign) for campaign in made}


@pytest.mark.parametrize("older", [False, True], ids=["enrolled-with-terms", "enrolled-before-terms-were-kept"])
async def test_a_changed_definition_holds_for_messages_that_wait_already(world: World, older: bool) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    if older:
        await world.execute("update messages set terms_id = null where campaign_id = :id", id=campaign)
    await world.call(campaign, "pause")
    path = f"/campaigns/{campaign}"
    definition = (await world.api.get(path)).json()["definition"]
    content = {"subject": "Pears", "text": TEXT}
    night = {"start": "00:00", "end": "23:59"}
    changed = await world.api.put(
        path, json={**definition, "content": content, "quiet_hours": night}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    await world.call(campaign, "resume")
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"quiet-hours": 1}
    await world.call(campaign, "pause")
    await world.api.put(path, json={**definition, "content": content}, headers={"If-Match": "*"})
    await world.call(campaign, "resume")
    world.clock.advance(days=1)
    await world.send()
    assert [str(mail["Subject"]) for mail in world.post_office.mails] == ["Pears"]


async def test_a_campaign_that_a_process_before_terms_started_waits_for_its_terms(world: World) -> None:
    """Both versions run during an upgrade: its messages failed as internal-error."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.execute("delete from terms where id = :id", id=campaign)
    await world.handle(world.moved(customer, into=segment))
    await world.execute("update messages set terms_id = null where campaign_id = :id", id=campaign)
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"terms-missing": 1}
    async with world.database.transaction() as tx:
        assert await write_outdated_terms(tx) == 1
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1


async def test_a_campaign_that_a_process_before_terms_pauses_or_changes_is_not_judged_by_old_terms(
    world: World,
) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    # What such a process does: the campaign and its version, and nothing else.
    await world.execute("update campaigns set state = 'paused', version = version + 1 where id = :id", id=campaign)
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"terms-missing": 1}
    async with world.database.transaction() as tx:
        assert await write_outdated_terms(tx) == 1
    await world.send()
    assert (await world.report(campaign))["waiting"] == {"campaign-paused": 1}
    await world.call(campaign, "resume")
    async with world.database.transaction() as tx:
        assert await write_outdated_terms(tx) == 0
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1
