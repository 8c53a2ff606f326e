"""Would catch a message that is lost, or sent, while a service that must be asked is away or its answer is old."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest

from services.campaigns.contacts.domain.contacts import Card
from services.campaigns.delivery.clients import NoAnswer, Permission, Question
from services.campaigns.delivery.streams import handover
from tests.component.campaigns.world import RealServices, World


async def enter(world: World, campaign_segment: UUID, customer: UUID) -> None:
    await world.handle(world.moved(customer, into=campaign_segment))


@pytest.mark.parametrize("who", ["customers", "privacy"])
async def test_a_service_that_does_not_answer_defers(world: World, who: str) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)

    class Gone(RealServices):
        """One of the two does not answer."""

        async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
            """Cards, if customers is there."""
            if who == "customers":
                raise NoAnswer("/cards")
            return await super().cards(customer_ids)

        async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
            """Permits, if privacy is there."""
            if who == "privacy":
                raise NoAnswer("/permits")
            return await super().permits(questions)

    lane = await world.sender(services=Gone(world.services))
    assert await lane.turn()
    assert not await lane.turn()
    assert (await world.report(campaign))["waiting"] == {f"{who}-away": 1}
    world.clock.advance(seconds=5)
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1


async def test_a_message_waits_for_the_word_whose_the_address_is(world: World) -> None:
    """A server's word comes a moment after the page's; a refusal for good would lose the order's confirmation."""
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)

    class Unsure(RealServices):
        """Privacy does not know yet whose the address is."""

        async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
            """As the permit for a service message is refused."""
            ids = [question.message_id for question in questions]
            return {id: Permission(id, None, "address-unconfirmed") for id in ids}

    lane = await world.sender(services=Unsure(world.services))
    assert await lane.turn()
    assert (await world.report(campaign))["waiting"] == {"address-unconfirmed": 1}
    world.clock.advance(seconds=5)
    await world.send()
    assert (await world.report(campaign))["handed_over"] == 1


async def test_a_permit_that_grew_old_is_not_used(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)
    monkeypatch.setattr(handover, "PERMIT_VALID_S", -1.0)
    await world.send()
    assert world.post_office.mails == []
    assert (await world.report(campaign))["waiting"] == {"withheld": 1}


async def test_a_switch_thrown_after_the_permit_still_halts(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await enter(world, segment, customer)

    class Throws(RealServices):
        """Somebody throws the switch while the permit is on its way."""

        async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
            """Permits, and then the switch."""
            answer = await super().permits(questions)
            await world.api.put("/switch", json={"halted": True})
            await world.sessions[-1].look()
            return answer

    lane = await world.sender(services=Throws(world.services))
    assert await lane.turn()
    assert world.post_office.mails == []
    assert (await world.report(campaign))["waiting"] == {"withheld": 1}
