"""Events in, memberships out: what a batch does to the database, and what it says."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.analytics.segments.service import lists
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Origin
from tests.component.analytics.builders import (
    a_consent,
    a_contact,
    a_profile,
    a_purchase,
    bought,
)
from tests.component.analytics.world import World

DAY = timedelta(days=1)


async def test_a_purchase_enters_at_once_and_lapses_at_the_exact_instant_with_no_event(world: World) -> None:
    """Catches a wake-up that is lost, late, or that carries the time of its handling."""
    buyers, who, at = await world.a_segment(bought()), uuid4(), world.clock.now()
    purchase = a_purchase(who, at)
    await world.handle(purchase)
    assert await world.members(buyers) == {who}
    await world.pass_time(at + 30 * DAY - timedelta(microseconds=1))
    assert await world.members(buyers) == {who}
    await world.pass_time(at + 30 * DAY + timedelta(seconds=7))
    assert await world.members(buyers) == set()
    assert await world.moves(who, buyers) == [
        ("entered", at, str(purchase.id)),
        ("left", at + 30 * DAY, "time"),
    ]


async def test_a_second_delivery_changes_nothing(world: World) -> None:
    """Catches an effect outside the inbox: two purchases out of one."""
    twice, who, at = await world.a_segment(bought(2)), uuid4(), world.clock.now()
    purchase = a_purchase(who, at)
    await world.handle(purchase, purchase)
    await world.handle(purchase)
    assert await world.members(twice) == set()
    assert await world.count("facts") == 2
    await world.handle(a_purchase(who, at))
    assert await world.members(twice) == {who}


async def test_what_comes_again_after_the_inbox_has_forgotten_it_is_no_second_fact(world: World) -> None:
    """Catches a batch that fails on rows which are there, and one that stores them twice."""
    buyers, who, other, at = await world.a_segment(bought()), uuid4(), uuid4(), world.clock.now()
    old = a_purchase(who, at)
    await world.handle(old)
    async with world.database.transaction() as tx:
        await tx.execute("delete from inbox")
        # As if a membership had been written that the state does not know of.
        await tx.execute(
            "insert into memberships (customer_id, segment_id, version, since) values (:who, :segment, 1, :at)",
            {"who": other, "segment": buyers, "at": at - DAY},
        )
    await world.handle(old, a_purchase(other, at))
    assert await world.members(buyers) == {who, other}
    assert (await world.count("facts"), await world.count("dead_letters")) == (4, 0)


async def test_a_restart_in_the_middle_forgets_nothing(world: World) -> None:
    """Catches state that is kept in the process."""
    twice, who, at = await world.a_segment(bought(2)), uuid4(), world.clock.now()
    await world.handle(a_purchase(who, at))
    world.restart()
    await world.handle(a_purchase(who, at + DAY))
    assert await world.members(twice) == {who}
    world.restart()
    await world.pass_time(at + 30 * DAY)
    assert await world.members(twice) == set()


async def test_history_leads_to_history_and_time_is_always_live(world: World) -> None:
    """Catches an import that would mail everybody: campaigns enrol on live transitions only."""
    buyers, who, at = await world.a_segment(bought()), uuid4(), world.clock.now()
    await world.handle(a_purchase(who, at, time=at - 20 * DAY, origin=Origin.HISTORY))
    await world.pass_time(at + 10 * DAY)
    assert await world.members(buyers) == set()
    entered, left = [event for event in await world.emitted(who) if isinstance(event.data, MembershipsChanged)]
    assert (entered.origin, left.origin) == (Origin.HISTORY, Origin.LIVE)
    assert left.data.left[0].at == at + 10 * DAY


async def test_one_event_has_all_that_it_changed(world: World) -> None:
    """Catches an outbox row per transition, and two halves of a basket in two events."""
    first = await world.a_segment(bought())
    second = await world.a_segment(bought(event="purchase_line"))
    third = await world.a_segment({"all": [bought(), {"not": bought(event="purchase_line")}]})
    who = uuid4()
    purchase = a_purchase(who, world.clock.now())
    await world.handle(purchase)
    (event,) = await world.emitted(who)
    assert {transition.segment_id for transition in event.data.entered} == {first, second}
    assert event.data.left == []
    assert event.cause == purchase.id
    assert await world.members(third) == set()


async def test_attributes_consent_and_lists_are_handled_too(world: World) -> None:
    """Catches a leaf that listens to nothing."""
    who, at = uuid4(), world.clock.now()
    async with world.database.transaction() as tx:
        friends = await lists.create_list(tx, "Friends", None, "tests")
    men = await world.a_segment({"attr": "sex", "op": "eq", "value": "male"})
    willing = await world.a_segment({"consent": {"channel": "email", "purpose": "marketing"}, "is": "granted"})
    listed = await world.a_segment({"list": str(friends)})
    await world.handle(a_profile(who, at), a_consent(who, at))
    async with world.database.transaction() as tx:
        assert await lists.add_members(tx, friends, [who], None) == 1
    await world.idle()
    assert [await world.members(segment) for segment in (men, willing, listed)] == [{who}, {who}, {who}]
    await world.handle(a_profile(who, at, attributes={"sex": "female"}, version=2), a_consent(who, at, state="denied"))
    async with world.database.transaction() as tx:
        assert await lists.remove_members(tx, friends, [who]) == 1
    await world.idle()
    assert [await world.members(segment) for segment in (men, willing, listed)] == [set(), set(), set()]
    assert [event.origin for event in await world.emitted(who)] == [Origin.LIVE] * 6


async def test_who_left_and_came_back_within_a_batch_is_a_member_since_then(world: World) -> None:
    """Catches a membership that keeps the day of an earlier one."""
    buyers, who, at = await world.a_segment(bought()), uuid4(), world.clock.now()
    await world.handle(a_purchase(who, at))
    again = a_purchase(who, at + 40 * DAY)
    await world.handle(a_contact(who, at + 35 * DAY), again)
    async with world.database.transaction() as tx:
        assert await tx.value("select since from memberships where segment_id = :id", {"id": buyers}) == again.time
