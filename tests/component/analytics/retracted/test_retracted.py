"""Customers whom an import had brought that was taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from shared.contracts.analytics import MembershipsChanged
from shared.contracts.customers import CustomerRetracted
from shared.contracts.envelope import Envelope, Origin
from tests.component.analytics.builders import a_profile, a_purchase, an_event, bought
from tests.component.analytics.world import World

MEN = {"attr": "sex", "op": "eq", "value": "male"}


def a_retraction(who: UUID, world: World, version: int) -> Envelope[Any]:
    """Word that nobody but an import knew this customer."""
    fact = CustomerRetracted(import_id=uuid4())
    return an_event(fact, who, world.clock.now(), version=version, origin=Origin.REPAIR)


async def test_a_retracted_customer_is_in_no_segment_and_nothing_is_kept(world: World) -> None:
    """Catches ghosts of an import that was taken back, who are counted and written to for ever."""
    who = uuid4()
    men = await world.a_segment(MEN)
    await world.handle(a_profile(who, world.clock.now()))
    await world.idle()
    assert await world.members(men) == {who}
    await world.handle(a_retraction(who, world, 2))
    await world.idle()
    assert await world.members(men) == set()
    for table in ("profiles", "states", "memberships"):
        assert await world.count(table) == 0, table
    left = [event for event in await world.emitted(who) if isinstance(event.data, MembershipsChanged)][-1]
    assert ([change.segment_id for change in left.data.left], left.origin) == ([men], Origin.REPAIR)


async def test_who_bought_stays_a_buyer_without_the_profile(world: World) -> None:
    """Catches a retraction that forgets what somebody did, or that leaves the attributes standing."""
    who, at = uuid4(), world.clock.now()
    men, buyers = await world.a_segment(MEN), await world.a_segment(bought())
    await world.handle(a_profile(who, at), a_purchase(who, at))
    await world.handle(a_retraction(who, world, 2))
    await world.idle()
    assert (await world.members(men), await world.members(buyers)) == (set(), {who})


async def test_who_comes_back_in_the_same_batch_is_known_by_the_new_profile_only(world: World) -> None:
    """Catches attributes of the import that outlive it in the state of somebody who came again at once."""
    who, at = uuid4(), world.clock.now()
    men = await world.a_segment(MEN)
    await world.handle(a_profile(who, at))
    await world.handle(a_retraction(who, world, 2), a_profile(who, at, attributes={"city": "Bath"}, version=3))
    await world.idle()
    assert await world.members(men) == set()
    assert await world.count("profiles") == 1
