"""Events in, memberships out: what a batch does to the database, and what it says."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from services.analytics.segments.service import definitions as segments
from services.analytics.segments.service import lists
from services.analytics.segments.service.definitions import Segment
from shared.contracts.analytics import AnalyticsErasureDone, MembershipsChanged, SegmentChanged
from shared.contracts.envelope import Origin
from tests.component.analytics.builders import (
    a_consent,
    a_contact,
    a_merge,
    a_profile,
    a_purchase,
    an_erasure,
    an_undone_merge,
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
    assert {one.segment_id for one in event.data.entered} == {first, second}
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
    assert [await world.members(one) for one in (men, willing, listed)] == [{who}, {who}, {who}]
    await world.handle(a_profile(who, at, attributes={"sex": "female"}, version=2), a_consent(who, at, state="denied"))
    async with world.database.transaction() as tx:
        assert await lists.remove_members(tx, friends, [who]) == 1
    await world.idle()
    assert [await world.members(one) for one in (men, willing, listed)] == [set(), set(), set()]
    assert [event.origin for event in await world.emitted(who)] == [Origin.LIVE] * 6


async def test_a_new_segment_is_filled_from_history_and_answers_when_it_is_complete(world: World) -> None:
    """Catches a segment that answers while it is half filled, and a back-fill that looks live."""
    at, early, late, never = world.clock.now(), uuid4(), uuid4(), uuid4()
    await world.handle(a_purchase(early, at - 40 * DAY), a_purchase(late, at - 3 * DAY), a_contact(never, at))
    async with world.database.transaction() as tx:
        id = await segments.create_segment(tx, "Buyers", None, bought(), "tests", None)
    assert (await segment_of(world, id)).current_version is None
    await world.idle()
    assert await world.members(id) == {late}
    (event,) = [one for one in await world.emitted(late) if isinstance(one.data, MembershipsChanged)]
    assert (event.origin, event.data.entered[0].by) == (Origin.BACKFILL, "definition")
    states = [one.data.state for one in await world.emitted(id) if isinstance(one.data, SegmentChanged)]
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


async def test_a_merge_joins_histories_and_its_undo_parts_them(world: World) -> None:
    """Catches concatenated states (they could not be undone) and facts that changed their owner."""
    at, one, other, merge_id = world.clock.now(), uuid4(), uuid4(), uuid4()
    once, twice = await world.a_segment(bought()), await world.a_segment(bought(2))
    await world.handle(a_purchase(one, at), a_purchase(other, at))
    await world.handle(a_merge(one, other, at, merge_id))
    await world.idle()
    assert (await world.members(once), await world.members(twice)) == ({one}, {one})
    # An event under the old id is the survivor's, and as live as it came.
    thrice = await world.a_segment(bought(3))
    late = a_purchase(other, at)
    await world.handle(late)
    await world.idle()
    assert await world.members(thrice) == {one}
    assert (await world.moves(one, thrice))[0][2] == str(late.id)
    await world.handle(an_undone_merge(one, other, at, merge_id))
    await world.idle()
    assert (await world.members(once), await world.members(twice)) == ({one, other}, {other})
    assert Origin.MERGE in {event.origin for event in await world.emitted(other)}


async def test_a_merge_that_comes_after_its_undoing_changes_nothing(world: World) -> None:
    """Catches the second copy of a merge, from the other key's partition, that joins again what was parted."""
    at, one, other, merge_id = world.clock.now(), uuid4(), uuid4(), uuid4()
    twice = await world.a_segment(bought(2))
    await world.handle(a_purchase(one, at), a_purchase(other, at))
    await world.handle(a_merge(one, other, at, merge_id), an_undone_merge(one, other, at, merge_id))
    await world.handle(a_merge(one, other, at, merge_id))
    await world.idle()
    assert await world.members(twice) == set()


async def test_merges_of_merges_are_undone_one_by_one(world: World) -> None:
    """Catches an undoing that frees, or keeps, too much."""
    at, one, two, three = world.clock.now(), uuid4(), uuid4(), uuid4()
    inner, outer = uuid4(), uuid4()
    everybody = await world.a_segment({"all": []})
    thrice = await world.a_segment(bought(3))
    await world.handle(*(a_purchase(who, at) for who in (one, two, three)))
    await world.handle(a_merge(two, three, at, inner), a_merge(one, two, at, outer))
    await world.idle()
    assert (await world.members(everybody), await world.members(thrice)) == ({one}, {one})
    await world.handle(an_undone_merge(one, two, at, outer))
    await world.idle()
    assert (await world.members(everybody), await world.members(thrice)) == ({one, two}, set())


async def test_an_erasure_leaves_nothing_and_nothing_comes_back(world: World) -> None:
    """Catches a store that was forgotten, and an event that brings an erased person back."""
    at, who, alias = world.clock.now(), uuid4(), uuid4()
    buyers = await world.a_segment(bought())
    await world.handle(a_purchase(who, at), a_profile(who, at), a_consent(who, at), a_purchase(alias, at))
    erasure = an_erasure(who, at, aliases=[alias])
    await world.handle(erasure, a_purchase(who, at))
    (receipt,) = [event for event in await world.emitted(who) if isinstance(event.data, AnalyticsErasureDone)]
    assert receipt.data.request_id == erasure.data.request_id
    assert sum(receipt.data.stores.values()) > 6
    assert set(receipt.data.remaining.values()) == {0}
    await world.idle()
    assert await world.members(buyers) == set()
    for table in ("facts", "profiles", "consents", "states", "membership_history"):
        assert await world.count(table) == 0, table


async def segment_of(world: World, id: object) -> Segment:
    async with world.database.transaction() as tx:
        return await segments.get_segment(tx, id)  # type: ignore[arg-type]


async def test_who_left_and_came_back_within_a_batch_is_a_member_since_then(world: World) -> None:
    """Catches a membership that keeps the day of an earlier one."""
    buyers, who, at = await world.a_segment(bought()), uuid4(), world.clock.now()
    await world.handle(a_purchase(who, at))
    again = a_purchase(who, at + 40 * DAY)
    await world.handle(a_contact(who, at + 35 * DAY), again)
    async with world.database.transaction() as tx:
        assert await tx.value("select since from memberships where segment_id = :id", {"id": buyers}) == again.time
