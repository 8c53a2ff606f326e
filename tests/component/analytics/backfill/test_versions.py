"""Versions of segments: when the new one answers, and what the old one does until then."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service.definitions import Segment
from shared.contracts.analytics import MembershipsChanged, SegmentChanged
from shared.contracts.envelope import Origin
from tests.component.analytics.builders import (
    a_contact,
    a_purchase,
    bought,
)
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def test_a_new_segment_is_filled_from_history_and_answers_when_it_is_complete(world: World) -> None:
    """Catches a segment that answers while it is half filled, and a back-fill that looks live."""
    at, early, late, never = world.clock.now(), uuid4(), uuid4(), uuid4()
    await world.handle(a_purchase(early, at - 40 * DAY), a_purchase(late, at - 3 * DAY), a_contact(never, at))
    async with world.database.transaction() as tx:
        id = await segments.create_segment(tx, "Buyers", None, bought(), "tests", None)
    assert (await segment_of(world, id)).current_version is None
    await world.idle()
    assert await world.members(id) == {late}
    (event,) = [event for event in await world.emitted(late) if isinstance(event.data, MembershipsChanged)]
    assert (event.origin, event.data.entered[0].by) == (Origin.BACKFILL, "definition")
    states = [event.data.state for event in await world.emitted(id) if isinstance(event.data, SegmentChanged)]
    assert states == ["backfilling", "live"]
    await world.pass_time(at + 27 * DAY)
    assert await world.members(id) == set()


async def test_an_old_version_answers_until_the_new_one_is_complete(world: World) -> None:
    """Catches members who vanish while a definition is changed."""
    at, once, often = world.clock.now(), uuid4(), uuid4()
    id = await world.a_segment(bought())
    await world.handle(a_purchase(once, at), a_purchase(often, at), a_purchase(often, at))
    async with world.database.transaction() as tx:
        await segments.change_segment(tx, id, None, None, bought(2), "tests", None)
    # The stream goes on under both versions.
    await world.handle(a_contact(once, at), a_contact(often, at))
    assert await world.members(id) == {once, often}
    await world.idle()
    assert await world.members(id) == {often}
    assert [word for word, _, _ in await world.moves(once, id)] == ["entered", "left"]
    assert [word for word, _, _ in await world.moves(often, id)] == ["entered"]
    assert await world.count("memberships") == 1


async def test_what_falls_due_while_a_definition_changes_still_lapses_as_time(world: World) -> None:
    """Catches a lapse that is swallowed by the change of the program, or that looks like a back-fill."""
    at, who = world.clock.now(), uuid4()
    id = await world.a_segment(bought())
    await world.handle(a_purchase(who, at))
    world.clock.set(at + 30 * DAY + timedelta(seconds=1))
    async with world.database.transaction() as tx:
        await segments.create_segment(tx, "Another", None, bought(3), "tests", None)
    await world.idle()
    assert (await world.moves(who, id))[1:] == [("left", at + 30 * DAY, "time")]


async def segment_of(world: World, id: object) -> Segment:
    async with world.database.transaction() as tx:
        return await segments.get_segment(tx, id)  # type: ignore[arg-type]
