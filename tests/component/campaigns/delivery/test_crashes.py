"""Would catch a message that is sent twice, or vanishes, when a sender dies at any point around the hand-over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID, uuid4

import pytest

from services.campaigns.contacts.domain.contacts import Card, Cards
from services.campaigns.content.domain.content import Letter
from services.campaigns.delivery.clients import Permission, Question
from services.campaigns.delivery.domain.hand_over import Channel, Handed
from services.campaigns.delivery.streams.ledger import Ledger
from services.campaigns.gate.service.claims import Claimed
from services.campaigns.messages.domain.ledger import Message, Settled
from services.campaigns.messages.service import settling
from shared.contracts.campaigns import MessageSettled
from tests.component.campaigns.world import RealServices, World


class Killed(BaseException):
    """The process ends here: nothing catches it, nothing is tidied up."""


class DyingServices(RealServices):
    """Dies before it asks for cards or permits, or just after the answer."""

    point = ""

    async def cards(self, customer_ids: Sequence[UUID]) -> dict[UUID, Card]:
        """Contact cards."""
        if self.point == "reserved":
            raise Killed
        return await super().cards(customer_ids)

    async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
        """Permits."""
        if self.point == "claimed":
            raise Killed
        answer = await super().permits(questions)
        if self.point == "permitted":
            raise Killed
        return answer


class DyingChannel:
    """Dies with the letter in its hand, or after the server has it."""

    name = "email"

    def __init__(self, real: Channel, point: str) -> None:
        self.real, self.point = real, point

    async def hand_over(self, letter: Letter, may_go: Callable[[], bool]) -> Handed:
        """One letter."""
        if self.point == "before-hand-over":
            raise Killed
        handed = await self.real.hand_over(letter, may_go)
        if self.point == "after-acceptance":
            raise Killed
        return handed

    async def close(self) -> None:
        """Nothing."""


class DyingLedger(Ledger):
    """Dies before or after what it knows is stored."""

    point = ""

    async def claim(self, reserved: Sequence[Message], cards: Cards) -> list[Claimed]:
        """The claim."""
        if self.point == "before-claim":
            raise Killed
        return await super().claim(reserved, cards)

    async def settle(self, outcomes: Sequence[Settled]) -> None:
        """The end."""
        if self.point == "before-settling":
            raise Killed
        await super().settle(outcomes)
        if self.point == "after-settling":
            raise Killed


# point: (mails in the box at the end, state at the end)
POINTS = {
    "reserved": (1, "handed_over"),
    "before-claim": (1, "handed_over"),
    "claimed": (0, "unknown"),
    "permitted": (0, "unknown"),
    "before-hand-over": (0, "unknown"),
    "after-acceptance": (1, "unknown"),
    "before-settling": (1, "unknown"),
    "after-settling": (1, "handed_over"),
}


@pytest.mark.parametrize("point", POINTS)
async def test_a_sender_killed_at_any_point_never_doubles_and_hides_nothing(world: World, point: str) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))
    services = DyingServices(world.services)
    services.point = point
    ledger = type("Dying", (DyingLedger,), {"point": point})
    lane = await world.sender(channel=DyingChannel(world.channel, point), services=services, ledger=ledger)
    with pytest.raises(Killed):
        await lane.turn()
    await world.close_senders()
    await world.recover()
    for _ in range(3):
        await world.send()
        world.clock.advance(hours=1)
    mails, state = POINTS[point]
    assert len(world.post_office.mails) == mails
    assert await world.states(campaign) == {state: 1}
    assert (await world.report(campaign))["adds_up"]
    emitted = [event.outcome for event in await world.emitted(customer, MessageSettled)]
    assert emitted == [state]


async def test_a_sender_that_is_only_slow_keeps_its_claims_whatever_the_clock_says(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment, expires_after="P300D")
    await world.handle(world.moved(customer, into=segment))
    stopped = asyncio.Event()
    goes_on = asyncio.Event()

    class Stopped(RealServices):
        """Stands still with the claim in its hand."""

        async def permits(self, questions: Sequence[Question]) -> dict[UUID, Permission]:
            """Permits, much later."""
            stopped.set()
            await goes_on.wait()
            return await super().permits(questions)

    lane = await world.sender(services=Stopped(world.services))
    turning = asyncio.create_task(lane.turn())
    await stopped.wait()
    world.clock.advance(days=30)
    async with world.database.transaction() as tx:
        assert await settling.recover(tx) == (0, 0)
    await world.send()
    assert world.post_office.mails == []
    goes_on.set()
    await turning
    assert len(world.post_office.mails) == 1
    assert await world.states(campaign) == {"handed_over": 1}


async def test_a_sender_thought_gone_that_comes_back_settles_what_it_knows(world: World) -> None:
    segment, customer = uuid4(), await world.customer()
    campaign = await world.campaign(segment=segment)
    await world.handle(world.moved(customer, into=segment))

    class LosesItsSession(DyingChannel):
        """The database cuts the session while the mail is on its way."""

        async def hand_over(self, letter: Letter, may_go: Callable[[], bool]) -> Handed:
            """One letter."""
            handed = await self.real.hand_over(letter, may_go)
            await world.sessions[-1].close()
            await world.recover()
            assert await world.states(campaign) == {"unknown": 1}
            return handed

    lane = await world.sender(channel=LosesItsSession(world.channel, ""))
    await lane.turn()
    assert await world.states(campaign) == {"handed_over": 1}
    assert [event.outcome for event in await world.emitted(customer, MessageSettled)] == ["unknown", "handed_over"]


async def test_several_senders_share_an_audience_and_nobody_gets_two(world: World) -> None:
    segment = uuid4()
    people = [await world.customer() for _ in range(40)]
    await world.handle(*(world.moved(customer, into=segment) for customer in people))
    campaign = await world.campaign(trigger={"kind": "one_off", "segment_id": str(segment)})
    lanes = [await world.sender() for _ in range(4)]
    for lane in lanes:
        lane._size = 7
    while any(await asyncio.gather(*(lane.turn() for lane in lanes))):
        pass
    assert await world.states(campaign) == {"handed_over": 40}
    assert len(world.post_office.keys) == len(set(world.post_office.keys)) == 40
