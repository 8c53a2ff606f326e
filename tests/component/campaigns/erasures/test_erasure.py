"""Would catch a store that still knows an erased person, a receipt given too early, a count that is lost with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from services.campaigns.capabilities import STORES as ALL_STORES
from services.campaigns.delivery.clients import Permission, Question
from services.campaigns.erasures import service
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.events.processor import BatchProcessor
from tests.component.campaigns.builders import a_profile
from tests.component.campaigns.world import RealServices, World

STORES = (
    "messages",
    "responses",
    "memberships",
    "profiles",
    "consents",
    "suppressions",
    "restrictions",
    "address_claims",
    "heard_unsent",
)


async def found(world: World, customer: UUID) -> dict[str, int]:
    """Rows that still bear this id."""
    counts = {}
    for store in STORES:
        counts[store] = await world.value(f"select count(*) from {store} where customer_id = :id", id=customer)
    return {store: count for store, count in counts.items() if count}


async def test_an_erased_customer_is_found_in_no_store_and_the_counts_stay(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    profile = a_profile()
    grant = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state="granted")
    await world.handle(
        world.event(profile, customer), world.event(grant, customer), world.moved(customer, into=segment)
    )
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)})
    await world.send()
    assert set(await found(world, customer)) == {"messages", "memberships", "profiles", "consents", "address_claims"}
    request = ErasureRequested(request_id=uuid4(), aliases=[])
    await world.handle(world.event(request, customer))
    assert await found(world, customer) == {}
    [receipt] = await world.emitted(customer, CampaignsErasureDone)
    assert receipt.request_id == request.request_id
    assert not any(receipt.remaining.values())
    assert receipt.stores["messages"] == 1
    report = await world.report(campaign)
    assert (report["audience"], report["handed_over"]) == (1, 1)


async def test_an_erased_customer_is_not_copied_or_enrolled_again(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
    await world.handle(world.moved(customer, into=segment))
    assert await found(world, customer) == {}
    assert (await world.report(campaign))["audience"] == 0


async def test_what_waits_is_refused_as_erased(world: World) -> None:
    segment, old, customer = uuid4(), await world.customer(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment), world.moved(old, into=segment))
    await world.handle(world.event(ErasureRequested(request_id=uuid4(), aliases=[old]), customer))
    await world.send()
    assert (await world.report(campaign))["refused"] == {"erased": 2}
    assert world.post_office.mails == []


async def test_the_receipt_waits_for_a_message_in_hand(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    asked, goes_on = asyncio.Event(), asyncio.Event()

    class Slow(RealServices):
        """The permit takes a while."""

        async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
            """Permits, later."""
            asked.set()
            await goes_on.wait()
            return await super().permits(questions)

    lane = await world.sender(services=Slow(world.services))
    turning = asyncio.create_task(lane.turn())
    await asked.wait()
    await world.handle(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
    assert await world.emitted(customer, CampaignsErasureDone) == []
    goes_on.set()
    await turning
    async with world.database.transaction() as tx:
        assert await service.finish_erasures(tx, world.settings.naming, ALL_STORES) == 0
    assert len(await world.emitted(customer, CampaignsErasureDone)) == 1
    assert await found(world, customer) == {}
    assert (await world.report(campaign))["handed_over"] == 1


async def test_asked_again_it_gives_the_receipt_again(world: World) -> None:
    customer = await world.customer()
    request = ErasureRequested(request_id=uuid4(), aliases=[])
    await world.handle(world.event(request, customer))
    await world.handle(world.event(request, customer))
    assert len(await world.emitted(customer, CampaignsErasureDone)) == 2


async def test_a_dead_letter_about_an_erased_customer_keeps_nothing_of_them(world: World) -> None:
    customer = await world.customer()
    event = world.moved(customer, into=uuid4())
    broken = replace(world.record(event), value=b'{"type": "analytics.memberships_changed.v1", "subject": "x"}')
    await BatchProcessor(world.database, world.subscription).process([broken])
    letters = "select count(*) from dead_letters where key = :key"
    key = str(customer).encode()
    assert await world.value(letters, key=key) == 1
    await world.handle(world.event(ErasureRequested(request_id=uuid4(), aliases=[]), customer))
    assert await world.value(letters, key=key) == 0
