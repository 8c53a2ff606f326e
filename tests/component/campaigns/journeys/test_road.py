"""Would catch a break anywhere between entering a journey and the mails of its steps."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from shared.contracts.campaigns import MessageSettled
from shared.contracts.customers import CustomersMerged
from shared.contracts.envelope import Origin
from tests.component.campaigns.journeys.travel import (
    a_send,
    a_wait,
    act,
    create,
    enter,
    go_on,
    jobs,
    move,
    report,
    way,
)
from tests.component.campaigns.world import World, recipients

FIVE_STEPS = {
    "hello": a_send("three-days", "Hello"),
    "three-days": a_wait("P3D", "which"),
    "which": {
        "kind": "branch",
        "choices": [{"when": [{"kind": "segment", "segment_id": "", "inside": True}], "next": "for-members"}],
        "otherwise": "done",
    },
    "for-members": a_send("done", "For members"),
    "done": {"kind": "exit", "reason": "through"},
}


def five_steps(segment: UUID) -> dict[str, object]:
    """Send, wait, branch on the segment, send, exit."""
    choice = {"when": [{"kind": "segment", "segment_id": str(segment), "inside": True}], "next": "for-members"}
    return {**FIVE_STEPS, "which": {"kind": "branch", "choices": [choice], "otherwise": "done"}}


def subjects(world: World) -> list[str]:
    """What the mails in the box are about, in order."""
    return [str(mail["Subject"]) for mail in world.post_office.mails]


async def test_a_journey_of_five_steps_sends_each_mail_when_it_is_due_and_counts_every_node(world: World) -> None:
    segment = await world.segment()
    member, stranger = await world.customer(), await world.customer()
    journey = await create(world, five_steps(segment))
    await world.handle(world.moved(member, into=segment))
    assert (await enter(world, journey, member, stranger))["entered"] == 2
    await go_on(world)
    assert subjects(world) == ["Hello", "Hello"]
    await go_on(world, days=2, hours=23, minutes=59)
    assert len(world.post_office.mails) == 2
    await go_on(world, minutes=1)
    assert subjects(world) == ["Hello", "Hello", "For members"]
    told = await report(world, journey)
    nodes = told["versions"]["1"]["nodes"]
    assert {name: (node["arrived"], node["inside"], node["left"]) for name, node in nodes.items()} == {
        "hello": (2, 0, {"handed_over": 2}),
        "three-days": (2, 0, {"waited": 2}),
        "which": (2, 0, {"choice-0": 1, "otherwise": 1}),
        "for-members": (1, 0, {"handed_over": 1}),
        "done": (2, 0, {"exited: through": 2}),
    }
    assert told["versions"]["1"]["ended"] == {"through": 2}
    assert told["messages"]["handed_over"] == 3
    assert await way(world, stranger, journey) == [
        ("hello", "handed_over", None),
        ("three-days", "waited", None),
        ("which", "otherwise", None),
        ("done", "exited", "through"),
    ]
    settled = await world.emitted(member, MessageSettled)
    assert [(event.campaign_id, event.step) for event in settled] == [(journey, "hello"), (journey, "for-members")]


async def test_entering_a_segment_begins_a_journey_and_history_does_not(world: World) -> None:
    segment = await world.segment()
    entry = {"kind": "segment_entered", "segment_id": str(segment)}
    journey = await create(world, {"hello": a_send()}, entry=entry)
    live, back_filled, old = [await world.customer() for _ in range(3)]
    await world.handle(
        world.moved(live, into=segment),
        world.moved(back_filled, into=segment, origin=Origin.BACKFILL),
        world.moved(old, into=segment, at=world.clock.now() - timedelta(hours=25)),
    )
    await go_on(world)
    assert (await report(world, journey))["versions"]["1"]["entered"] == 1
    assert len(recipients(world.post_office)) == 1


async def test_a_second_delivery_and_a_second_call_let_nobody_in_twice(world: World) -> None:
    segment = await world.segment()
    entry = {"kind": "segment_entered", "segment_id": str(segment)}
    by_event = await create(world, {"hello": a_send()}, entry=entry, re_entry={"kind": "always"})
    customer = await world.customer()
    event = world.moved(customer, into=segment)
    await world.handle(event)
    await go_on(world)
    await world.execute("delete from inbox")
    await world.handle(event)
    by_call = await create(world, {"hello": a_send()}, re_entry={"kind": "always"})
    entry_id = uuid4()
    await enter(world, by_call, customer, entry_id=entry_id)
    await go_on(world)
    again = await enter(world, by_call, customer, entry_id=entry_id)
    assert again == {"entered": 0, "not_entered": {"known": 1}}
    await go_on(world)
    assert (await report(world, by_event))["versions"]["1"]["entered"] == 1
    assert (await report(world, by_call))["versions"]["1"]["entered"] == 1
    assert len(world.post_office.mails) == 2


async def test_re_entry_waits_for_the_end_and_for_its_days(world: World) -> None:
    journey = await create(
        world, {"wait": a_wait("P10D", "hello"), "hello": a_send()}, re_entry={"kind": "again_after", "days": 20}
    )
    customer = await world.customer()
    await enter(world, journey, customer)
    await go_on(world, days=5)
    assert (await enter(world, journey, customer))["not_entered"] == {"inside": 1}
    await go_on(world, days=6)
    assert (await enter(world, journey, customer))["not_entered"] == {"re-entry": 1}
    await go_on(world, days=10)
    assert (await enter(world, journey, customer))["entered"] == 1
    told = (await report(world, journey))["versions"]["1"]
    assert told["not_entered"] == {"inside": 1, "re-entry": 1}


async def test_a_refused_message_is_a_step_like_any_other_with_its_reason(world: World) -> None:
    journey = await create(world, {"hello": a_send("bye"), "bye": {"kind": "exit"}})
    customer = await world.customer(consent=False)
    await enter(world, journey, customer)
    await go_on(world)
    assert await way(world, customer, journey) == [
        ("hello", "refused", "no-consent"),
        ("bye", "exited", "completed"),
    ]
    assert world.post_office.mails == []


async def test_the_whole_audience_enters_in_pieces_and_nobody_of_it_twice(world: World) -> None:
    segment = await world.segment()
    people = [await world.customer() for _ in range(7)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    journey = await create(world, {"hello": a_send()}, entry={"kind": "audience", "segment_id": str(segment)})
    await jobs(world)
    await jobs(world)
    await go_on(world)
    assert (await report(world, journey))["versions"]["1"]["entered"] == 7
    assert len(set(recipients(world.post_office))) == 7


async def test_a_schedule_lets_the_segment_enter_at_its_wall_time_each_time(world: World) -> None:
    segment = await world.segment()
    customer = await world.customer()
    await world.handle(world.moved(customer, into=segment))
    entry = {"kind": "schedule", "segment_id": str(segment), "at": "06:00"}
    journey = await create(world, {"hello": a_send()}, entry=entry, re_entry={"kind": "always"})
    due = (await world.api.get(f"/journeys/{journey}")).json()["next_run_at"]
    assert due.endswith("T06:00:00Z")
    await jobs(world)
    assert (await report(world, journey))["versions"] == {}
    for _ in range(3):
        await go_on(world, days=1)
        await jobs(world)
        await go_on(world)
    assert (await report(world, journey))["versions"]["1"]["entered"] == 3
    assert len(world.post_office.mails) == 3


async def test_a_merge_in_mid_journey_changes_neither_arm_nor_holdout_and_doubles_nothing(world: World) -> None:
    """Two journeys with the same chance: one was walked before the merges, the other is after them."""
    arms = [{"name": "a", "percent": 50, "next": "mail-a"}, {"name": "b", "percent": 50, "next": "mail-b"}]
    split = {"chance": {"kind": "split", "arms": arms}, "mail-a": a_send(), "mail-b": a_send()}
    before = await create(world, {"wait": a_wait("P1D", "chance"), **split}, holdout_percent=40)
    after = await create(world, {"wait": a_wait("P3D", "chance"), **split}, holdout_percent=40, start=False)
    await world.execute(
        "update journeys set salt = (select salt from journeys where id = :of) where id = :id", of=before, id=after
    )
    await act(world, after, "start")
    people = [await world.customer() for _ in range(16)]
    await enter(world, before, *people)
    await enter(world, after, *people)
    await go_on(world, days=1)
    walked = {person: await way(world, person, before) for person in people}
    known_as = {person: person for person in people}
    for person in people[:8]:
        known_as[person] = survivor = await world.customer()
        merge = CustomersMerged(merge_id=uuid4(), survivor=survivor, absorbed=person)
        await world.handle(world.event(merge, survivor), world.event(merge, person))
        assert (await enter(world, after, survivor))["not_entered"] == {"inside": 1}
    await go_on(world, days=2)
    assert {person: await way(world, known_as[person], after) for person in people} == walked
    assert {way[1][1] for way in walked.values()} == {"a", "b"}
    assert {way[2][1:] for way in walked.values()} == {("handed_over", None), ("refused", "holdout")}
    told = await report(world, after)
    assert (told["versions"]["1"]["entered"], told["messages"]["audience"]) == (16, 16)


async def test_stopping_lets_everybody_leave_and_sends_nothing_more(world: World) -> None:
    journey = await create(world, {"wait": a_wait("P1D", "hello"), "hello": a_send()})
    await enter(world, journey, await world.customer(), await world.customer())
    await move(world)
    await act(world, journey, "stop")
    await jobs(world)
    await go_on(world, days=2)
    assert (await report(world, journey))["versions"]["1"]["ended"] == {"stopped": 2}
    assert world.post_office.mails == []
