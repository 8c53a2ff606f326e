"""Merged customers, and merges that are undone."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from shared.contracts.envelope import Origin
from tests.component.analytics.builders import (
    a_merge,
    a_purchase,
    an_undone_merge,
    bought,
)
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def test_a_merge_joins_histories_and_its_undo_parts_them(world: World) -> None:
    """Catches concatenated states (they could not be undone) and facts that changed their owner."""
    at, first, other, merge_id = world.clock.now(), uuid4(), uuid4(), uuid4()
    once, twice = await world.a_segment(bought()), await world.a_segment(bought(2))
    await world.handle(a_purchase(first, at), a_purchase(other, at))
    await world.handle(a_merge(first, other, at, merge_id))
    await world.idle()
    assert (await world.members(once), await world.members(twice)) == ({first}, {first})
    # An event under the old id is the survivor's, and as live as it came.
    thrice = await world.a_segment(bought(3))
    late = a_purchase(other, at)
    await world.handle(late)
    await world.idle()
    assert await world.members(thrice) == {first}
    assert (await world.moves(first, thrice))[0][2] == str(late.id)
    await world.handle(an_undone_merge(first, other, at, merge_id))
    await world.idle()
    assert (await world.members(once), await world.members(twice)) == ({first, other}, {other})
    assert Origin.MERGE in {event.origin for event in await world.emitted(other)}


async def test_a_merge_that_comes_after_its_undoing_changes_nothing(world: World) -> None:
    """Catches the second copy of a merge, from the other key's partition, that joins again what was parted."""
    at, first, other, merge_id = world.clock.now(), uuid4(), uuid4(), uuid4()
    twice = await world.a_segment(bought(2))
    await world.handle(a_purchase(first, at), a_purchase(other, at))
    await world.handle(a_merge(first, other, at, merge_id), an_undone_merge(first, other, at, merge_id))
    await world.handle(a_merge(first, other, at, merge_id))
    await world.idle()
    assert await world.members(twice) == set()


async def test_merges_of_merges_are_undone_one_by_one(world: World) -> None:
    """Catches an undoing that frees, or keeps, too much."""
    at, first, second, third = world.clock.now(), uuid4(), uuid4(), uuid4()
    inner, outer = uuid4(), uuid4()
    everybody = await world.a_segment({"all": []})
    thrice = await world.a_segment(bought(3))
    await world.handle(*(a_purchase(who, at) for who in (first, second, third)))
    await world.handle(a_merge(second, third, at, inner), a_merge(first, second, at, outer))
    await world.idle()
    assert (await world.members(everybody), await world.members(thrice)) == ({first}, {first})
    await world.handle(an_undone_merge(first, second, at, outer))
    await world.idle()
    assert (await world.members(everybody), await world.members(thrice)) == ({first, second}, set())
