"""Interactions that were taken back: segments are as if they had never been."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.envelope import Envelope, Origin
from shared.contracts.interactions import InteractionsRetracted, Retracted
from tests.component.analytics.builders import a_merge, a_purchase, an_event, bought
from tests.component.analytics.world import World

DAY = timedelta(days=1)


def a_retraction(subject: UUID, world: World, *gone: Envelope[Any]) -> Envelope[Any]:
    """These events of the customer are taken back."""
    parts = [Retracted(interaction_id=uuid4(), event_id=event.id, time=event.time) for event in gone]
    return an_event(InteractionsRetracted(interactions=parts), subject, world.clock.now(), origin=Origin.REPAIR)


async def test_what_was_taken_back_counts_no_more_and_the_rest_does(world: World) -> None:
    """Catches an undone import whose revenue stays in segments, and an undo that takes live purchases with it."""
    at, ada, ben = world.clock.now(), uuid4(), uuid4()
    once, twice = await world.a_segment(bought()), await world.a_segment(bought(2))
    kept, wrong, alone = a_purchase(ada, at), a_purchase(ada, at - DAY), a_purchase(ben, at)
    await world.handle(kept, wrong, alone)
    assert (await world.members(once), await world.members(twice)) == ({ada, ben}, {ada})
    facts = await world.count("facts")
    await world.handle(a_retraction(ada, world, wrong), a_retraction(ben, world, alone))
    await world.idle()
    assert (await world.members(once), await world.members(twice)) == ({ada}, set())
    assert await world.count("facts") == facts - 4
    assert (await world.moves(ada, twice))[-1][0] == "left"
    assert (await world.emitted(ada))[-1].origin == Origin.REPAIR
    # A purchase after that begins from what is left.
    await world.handle(a_purchase(ada, world.clock.now()))
    assert ada in await world.members(twice)


async def test_a_retraction_in_the_batch_of_its_purchase_leaves_nothing(world: World) -> None:
    """Catches facts of a batch that are stored after they were taken back; a second delivery changes nothing."""
    at, ada = world.clock.now(), uuid4()
    once = await world.a_segment(bought())
    wrong = a_purchase(ada, at)
    gone = a_retraction(ada, world, wrong)
    await world.handle(wrong, gone)
    await world.handle(wrong, gone)
    await world.idle()
    assert ada not in await world.members(once)


async def test_what_an_absorbed_customer_had_is_taken_from_the_survivor(world: World) -> None:
    """Catches a retraction under an old id that leaves the survivor as it was."""
    at, ada, other = world.clock.now(), uuid4(), uuid4()
    once = await world.a_segment(bought())
    wrong = a_purchase(other, at)
    await world.handle(wrong, a_merge(ada, other, at, uuid4()))
    await world.idle()
    assert await world.members(once) & {ada, other} == {ada}
    await world.handle(a_retraction(other, world, wrong))
    await world.idle()
    assert await world.members(once) & {ada, other} == set()
