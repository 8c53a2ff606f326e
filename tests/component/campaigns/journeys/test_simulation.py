"""Would catch a dry run that tells another story than the journey then does, or that sends something."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.privacy import ConsentChanged
from tests.component.campaigns.builders import a_profile
from tests.component.campaigns.journeys.travel import a_send, a_wait, act, create, enter, go_on, trips
from tests.component.campaigns.world import World

ARMS = [{"name": "a", "percent": 60, "next": "mail-a"}, {"name": "b", "percent": 40, "next": "until-monday"}]
NODES: dict[str, Any] = {
    "hello": a_send("two-days"),
    "two-days": a_wait("PT50H", "chance"),
    "chance": {"kind": "split", "arms": ARMS},
    "mail-a": a_send("last"),
    "until-monday": {"kind": "wait_until", "until": {"kind": "time", "at": "22:30", "weekdays": [1]}, "next": "mail-b"},
    "mail-b": a_send("last"),
    "last": a_wait("P1D", "end"),
    "end": {"kind": "exit", "reason": "through"},
}


async def introduced(world: World, *, consent: bool, zone: str) -> UUID:
    """Somebody of whom campaigns has heard what privacy and customers know."""
    customer = await world.customer(consent=consent)
    profile = a_profile(time_zone=zone)
    state = "granted" if consent else "denied"
    stated = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state=state)
    await world.handle(world.event(profile, customer), world.event(stated, customer))
    return customer


def told(visits: list[dict[str, Any]], at: str) -> list[tuple[str, datetime, str, str | None]]:
    """Node, instant, outcome and reason of each visit."""
    return [(visit["node"], datetime.fromisoformat(visit[at]), visit["outcome"], visit["reason"]) for visit in visits]


async def test_the_dry_run_of_a_draft_and_the_live_run_tell_the_same_rows(world: World) -> None:
    """Quiet hours over midnight in three zones, a cap, a holdout, a refusal, a split and two kinds of wait."""
    segment = await world.segment()
    zones = ["Europe/Berlin", "America/New_York", "Asia/Tokyo"]
    people = [await introduced(world, consent=place != 4, zone=zones[place % 3]) for place in range(9)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    journey = await create(
        world,
        NODES,
        start=False,
        holdout_percent=20,
        quiet_hours={"start": "20:00", "end": "09:00"},
        cap={"limit": 1, "window": "P3D"},
    )
    simulated: dict[str, Any] = {}
    for person in people:
        alone = await world.segment()
        await world.handle(world.moved(person, into=alone))
        answer = await act(world, journey, "simulate", {"segment_id": str(alone), "days": 30})
        simulated[str(person)] = answer["ways"][0]
    whole = await act(world, journey, "simulate", {"segment_id": str(segment), "days": 30})
    assert (whole["customers"], whole["complete"]) == (9, True)
    assert world.post_office.mails == []
    assert await world.value("select count(*) from messages where campaign_id = :id", id=journey) == 0
    await act(world, journey, "start")
    await enter(world, journey, *people)
    end = world.clock.now() + timedelta(days=20)
    # From one instant at which something is due to the next, as a worker that is never late would.
    while True:
        await go_on(world)
        due = await world.value(
            """select least((select min(due_at) from travellers where journey_id = :id),
                            (select min(not_before) from messages where campaign_id = :id and state = 'waiting'))""",
            id=journey,
        )
        if due is None or due > end:
            break
        world.clock.set(max(due, world.clock.now() + timedelta(milliseconds=1)) if due <= world.clock.now() else due)
    for person in people:
        live = (await trips(world, person))[0]
        expected = simulated[str(person)]
        assert told(live["visits"], "left_at") == told(expected["visits"], "at"), person
        assert live["end_reason"] == expected["end_reason"] == "through"
    outcomes = {outcome for way in simulated.values() for _, _, outcome, _ in told(way["visits"], "at")}
    assert outcomes >= {"handed_over", "refused", "waited", "met", "a", "b", "exited"}


async def test_reactions_are_drawn_from_stated_rates_the_same_each_time(world: World) -> None:
    segment = await world.segment()
    people = [await introduced(world, consent=True, zone="UTC") for _ in range(12)]
    await world.handle(*(world.moved(person, into=segment) for person in people))
    clicked = {"kind": "response", "to": "hello", "response": "clicked"}
    nodes = {
        "hello": a_send("wait"),
        "wait": {
            "kind": "wait_until",
            "until": {"kind": "condition", "any_of": [clicked, {"kind": "event", "event": "purchase"}]},
            "at_most": "P3D",
            "next": "yes",
            "otherwise": "no",
        },
        "yes": {"kind": "exit", "reason": "yes"},
        "no": {"kind": "exit", "reason": "no"},
    }
    journey = await create(world, nodes, start=False)
    body: dict[str, Any] = {"segment_id": str(segment)}
    assert (await act(world, journey, "simulate", body))["ended"] == {"no": 12}
    assert (await act(world, journey, "simulate", {**body, "responses": {"clicked": 100}}))["ended"] == {"yes": 12}
    assert (await act(world, journey, "simulate", {**body, "events": 100}))["ended"] == {"yes": 12}
    some = await act(world, journey, "simulate", {**body, "responses": {"clicked": 50}})
    assert some == await act(world, journey, "simulate", {**body, "responses": {"clicked": 50}})
    assert set(some["ended"]) == {"yes", "no"}
    short = await act(world, journey, "simulate", {**body, "days": 1})
    assert short["nodes"]["wait"]["inside"] == 12
    some_only = await act(world, journey, "simulate", {**body, "limit": 5})
    assert (some_only["customers"], some_only["complete"]) == (5, False)
