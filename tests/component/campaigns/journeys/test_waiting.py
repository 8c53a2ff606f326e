"""Would catch a wait that ends early, late, or never, and a pause that loses somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.customers import CustomersMerged, ProfileChanged
from shared.contracts.interactions import Line, PurchaseRecorded, ResponseRecorded
from tests.component.campaigns.builders import a_profile
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
    trips,
    way,
)
from tests.component.campaigns.world import World


def a_purchase(amount: int = 100) -> PurchaseRecorded:
    """Somebody bought something."""
    line = Line(product_id="apple", quantity="1", amount=amount)
    return PurchaseRecorded(
        interaction_id=uuid4(), channel="store", currency="EUR", amount=amount, base_amount=amount, lines=[line]
    )


def with_attributes(**attributes: Any) -> ProfileChanged:
    """What customers says of somebody in Berlin."""
    return a_profile(attributes=attributes, changed=sorted(attributes), time_zone="Europe/Berlin")


UNTIL_BOUGHT = {
    "wait": {
        "kind": "wait_until",
        "until": {
            "kind": "condition",
            "any_of": [
                {
                    "kind": "event",
                    "event": "purchase",
                    "where": [{"field": "amount", "op": "at_least", "value": 500}],
                }
            ],
        },
        "at_most": "P5D",
        "next": "bought",
        "otherwise": "forgot",
    },
    "bought": {"kind": "exit", "reason": "bought"},
    "forgot": {"kind": "exit", "reason": "forgot"},
}


async def test_a_wait_ends_with_its_event_and_not_with_another_and_not_after_its_limit(world: World) -> None:
    journey = await create(world, UNTIL_BOUGHT)
    early, small, late, nothing = people = [await world.customer() for _ in range(4)]
    await enter(world, journey, *people)
    await go_on(world, days=1)
    await world.handle(world.event(a_purchase(500), early), world.event(a_purchase(499), small))
    await go_on(world)
    assert [await way(world, person, journey) for person in (early, small)] == [
        [("wait", "met", None), ("bought", "exited", "bought")],
        [],
    ]
    world.clock.advance(days=5)
    # The mover was away when the limit passed: what is bought after it is too late all the same.
    await world.handle(world.event(a_purchase(900), late))
    await go_on(world)
    for person in (small, late, nothing):
        assert await way(world, person, journey) == [("wait", "timed-out", None), ("forgot", "exited", "forgot")]


async def test_a_wait_hears_the_customer_under_the_id_of_a_merge(world: World) -> None:
    journey = await create(world, UNTIL_BOUGHT)
    customer, survivor = await world.customer(), await world.customer()
    await enter(world, journey, customer)
    await move(world)
    merge = CustomersMerged(merge_id=uuid4(), survivor=survivor, absorbed=customer)
    await world.handle(world.event(merge, survivor), world.event(merge, customer))
    await world.handle(world.event(a_purchase(900), survivor))
    await go_on(world)
    assert (await way(world, survivor, journey))[0] == ("wait", "met", None)


async def test_a_response_to_a_message_ends_a_wait_and_chooses_a_branch(world: World) -> None:
    clicked = {"kind": "response", "to": "hello", "response": "clicked"}
    nodes = {
        "hello": a_send("wait"),
        "wait": {
            "kind": "wait_until",
            "until": {"kind": "condition", "any_of": [clicked]},
            "at_most": "P2D",
            "next": "which",
            "otherwise": "which",
        },
        "which": {"kind": "branch", "choices": [{"when": [clicked], "next": "yes"}], "otherwise": "no"},
        "yes": {"kind": "exit", "reason": "clicked"},
        "no": {"kind": "exit", "reason": "silent"},
    }
    journey = await create(world, nodes)
    one, other = await world.customer(), await world.customer()
    await enter(world, journey, one, other)
    await go_on(world)
    message = await world.value(
        "select id from messages where customer_id = :id and campaign_id = :j", id=one, j=journey
    )
    response = ResponseRecorded(
        interaction_id=uuid4(), kind="clicked", channel="email", campaign_id=journey, message_id=message
    )
    await world.handle(world.event(response, one))
    await go_on(world)
    assert (await way(world, one, journey))[-1] == ("yes", "exited", "clicked")
    await go_on(world, days=2)
    assert (await way(world, other, journey))[-1] == ("no", "exited", "silent")


async def test_a_date_is_waited_for_in_the_customers_zone_and_moves_when_the_date_moves(world: World) -> None:
    until = {"kind": "date", "attribute": "visit", "offset": "-P1D", "at": "10:00"}
    nodes = {"wait": {"kind": "wait_until", "until": until, "at_most": "P60D"}}
    journey = await create(world, nodes)
    customer, dateless = await world.customer(), await world.customer()
    await world.handle(world.event(with_attributes(visit=_in(world, 10)), customer))
    await enter(world, journey, customer, dateless)
    await move(world)
    assert await way(world, dateless, journey) == [("wait", "no-date", None)]
    due = (await trips(world, customer))[0]["due_at"]
    assert due.startswith(_in(world, 9))
    # 10:00 in Berlin is 08:00 or 09:00 in UTC.
    assert due[11:] in ("08:00:00Z", "09:00:00Z")
    await world.handle(world.event(with_attributes(visit=_in(world, 20)), customer))
    await move(world)
    assert (await trips(world, customer))[0]["due_at"].startswith(_in(world, 19))
    await go_on(world, days=20)
    assert await way(world, customer, journey) == [("wait", "met", None)]


def _in(world: World, days: int) -> str:
    return (world.clock.now() + timedelta(days=days)).date().isoformat()


@pytest.mark.parametrize(
    ("mode", "mails", "ways"),
    [
        ("hold", 2, [("wait", "waited", None), ("hello", "handed_over", None)]),
        ("skip", 1, [("wait", "waited", None), ("hello", "skipped", "journey-paused")]),
        ("drop", 1, [("wait", "ended", "dropped")]),
    ],
)
async def test_a_pause_of_fourteen_days_holds_skips_or_drops_and_loses_no_newcomer(
    world: World, mode: str, mails: int, ways: list[tuple[str, str, str | None]]
) -> None:
    journey = await create(world, {"wait": a_wait("P1D", "hello"), "hello": a_send()})
    inside, newcomer = await world.customer(), await world.customer()
    await enter(world, journey, inside)
    await move(world)
    world.clock.advance(minutes=1)
    await act(world, journey, "pause", {"mode": mode})
    await jobs(world)
    await go_on(world, hours=1)
    assert (await enter(world, journey, newcomer))["entered"] == 1
    await go_on(world, days=14)
    assert world.post_office.mails == []
    assert await way(world, newcomer, journey) == []
    await act(world, journey, "resume")
    await go_on(world)
    await go_on(world, days=1)
    assert await way(world, inside, journey) == ways
    assert await way(world, newcomer, journey) == [("wait", "waited", None), ("hello", "handed_over", None)]
    assert len(world.post_office.mails) == mails
    await report(world, journey)


async def test_a_goal_counts_once_also_after_the_end_and_ends_the_journey(world: World) -> None:
    goal = {"what": {"kind": "event", "event": "purchase"}, "within": "P10D"}
    journey = await create(world, {"wait": a_wait("P1D", "hello"), "hello": a_send()}, goal=goal)
    buys_at_once, buys_later, buys_too_late = people = [await world.customer() for _ in range(3)]
    await enter(world, journey, *people)
    await move(world)
    await world.handle(world.event(a_purchase(), buys_at_once))
    await go_on(world, days=2)
    await world.handle(world.event(a_purchase(), buys_later), world.event(a_purchase(), buys_later))
    await world.handle(world.event(a_purchase(), buys_later))
    await go_on(world, days=9)
    await world.handle(world.event(a_purchase(), buys_too_late))
    told = (await report(world, journey))["versions"]["1"]
    assert told["goals"] == 2
    assert told["ended"] == {"completed": 2, "goal": 1}
    assert await way(world, buys_at_once, journey) == [("wait", "ended", "goal")]
    assert len(world.post_office.mails) == 2


async def test_a_message_that_waits_in_the_ledger_is_not_sent_after_the_goal(world: World) -> None:
    quiet = {"start": "00:00", "end": "23:59"}
    goal = {"what": {"kind": "event", "event": "purchase"}}
    journey = await create(world, {"hello": a_send()}, goal=goal, quiet_hours=quiet)
    customer = await world.customer()
    await enter(world, journey, customer)
    await go_on(world)
    assert (await report(world, journey))["messages"]["waiting"] == {"quiet-hours": 1}
    await world.handle(world.event(a_purchase(), customer))
    await go_on(world, days=1)
    assert (await report(world, journey))["messages"]["refused"] == {"journey-goal": 1}
    assert world.post_office.mails == []


async def test_some_are_ended_by_query_after_a_dry_run(world: World) -> None:
    journey = await create(world, {"wait": a_wait("P1D", "hello"), "hello": a_send()})
    first, second = await world.customer(), await world.customer()
    await enter(world, journey, first)
    world.clock.advance(hours=1)
    at = world.clock.now().isoformat()
    await enter(world, journey, second)
    await move(world)
    query = {"node": "wait", "entered_before": at}
    assert await act(world, journey, "end", {**query, "dry_run": True}) == {"count": 1, "ended": False}
    assert await act(world, journey, "end", query) == {"count": 1, "ended": True}
    await go_on(world, days=2)
    assert await way(world, first, journey) == [("wait", "ended", "cancelled")]
    assert (await report(world, journey))["versions"]["1"]["ended"] == {"cancelled": 1, "completed": 1}


async def test_a_changed_journey_lets_those_inside_finish_or_moves_them_on_purpose(world: World) -> None:
    journey = await create(world, {"wait": a_wait("P5D", "old"), "old": a_send(subject="Old")})
    stays, moves, newcomer = [await world.customer() for _ in range(3)]
    await enter(world, journey, stays)
    await go_on(world)
    shown = (await world.api.get(f"/journeys/{journey}")).json()
    draft = shown["draft"]
    draft["nodes"] = {
        "wait": {"kind": "wait", "duration": "P2D", "next": "new"},
        "new": a_send(subject="New"),
    }
    answer = await world.api.put(f"/journeys/{journey}", json=draft, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    assert (await act(world, journey, "publish", {}))["live"] == 2
    await enter(world, journey, newcomer)
    await go_on(world, days=2)
    assert [str(mail["Subject"]) for mail in world.post_office.mails] == ["New"]
    await enter(world, journey, moves)
    await move(world)
    draft["nodes"]["wait"]["duration"] = "P1D"
    await world.api.put(f"/journeys/{journey}", json=draft, headers={"If-Match": "*"})
    await act(world, journey, "publish", {"move": {"wait": "wait"}})
    await go_on(world)
    # It stood there for two days, and the new wait is of one.
    assert len(world.post_office.mails) == 2
    await go_on(world, days=1)
    assert len(world.post_office.mails) == 3
    told = await report(world, journey)
    assert told["versions"]["1"]["nodes"]["wait"]["left"] == {"moved": 1}
    assert told["versions"]["3"]["nodes"]["wait"]["arrived"] == 2
    numbers = [version["number"] for version in (await world.api.get(f"/journeys/{journey}/versions")).json()]
    assert numbers == [1, 2, 3]
    assert UUID((await trips(world, stays))[0]["journey_id"]) == journey
