"""Would catch a step that is taken twice, or lost, when the mover dies at any point of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.campaigns.journeys.repository import travellers, visits
from services.campaigns.journeys.service import moving
from services.campaigns.messages.repository import enrolment
from tests.component.campaigns.journeys.travel import a_send, a_wait, create, enter, go_on, move, report, way
from tests.component.campaigns.world import World

NODES = {
    "hello": a_send("day"),
    "day": a_wait("P1D", "chance"),
    "chance": {"kind": "split", "arms": [{"name": "a", "percent": 50, "next": "again"}, {"name": "b", "percent": 50}]},
    "again": a_send("done"),
    "done": {"kind": "exit"},
}
POINTS: dict[str, tuple[Any, str]] = {
    "read": (travellers, "take"),
    "message": (enrolment, "add_messages"),
    "moved": (travellers, "save"),
    "visited": (visits, "add"),
    "counted": (visits, "count"),
}


class Killed(BaseException):
    """The process ends here: nothing catches it, and its transaction is never committed."""


def dying(real: Callable[..., Any]) -> Callable[..., Any]:
    """Does it, and is killed before anything else happens."""

    async def once(*args: Any, **kwargs: Any) -> Any:
        await real(*args, **kwargs)
        raise Killed

    return once


@pytest.mark.parametrize("point", POINTS)
async def test_a_mover_killed_at_any_point_of_each_step_takes_each_step_once(
    world: World, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    journey = await create(world, NODES)
    people = [await world.customer() for _ in range(4)]
    await enter(world, journey, *people)
    where, name = POINTS[point]
    for _ in range(3):
        with monkeypatch.context() as patched:
            patched.setattr(where, name, dying(getattr(where, name)))
            with pytest.raises(Killed):
                async with world.database.transaction() as tx:
                    await moving.move_due(tx, world.settings, 500)
        await go_on(world)
        world.clock.advance(days=1)
        if (
            await world.value("select count(*) from travellers where journey_id = :id and place <> 'ended'", id=journey)
            == 0
        ):
            break
    told = await report(world, journey)
    assert told["versions"]["1"]["ended"] == {"completed": 4}
    mails = [str(mail["X-Ledger-Key"]) for mail in world.post_office.mails]
    assert len(mails) == len(set(mails)) == told["messages"]["handed_over"]
    for person in people:
        nodes = [node for node, _, _ in await way(world, person, journey)]
        assert nodes in (["hello", "day", "chance", "again", "done"], ["hello", "day", "chance"])


async def test_two_movers_at_once_take_each_step_once(world: World) -> None:
    """One that was stopped and goes on after another has taken over."""
    journey = await create(world, {"a": a_wait("P1D", "b"), "b": {"kind": "exit"}})
    people = [await world.customer(consent=False) for _ in range(3)]
    await enter(world, journey, *people)
    await move(world)
    world.clock.advance(days=1)
    async with world.database.transaction() as late:
        due = await travellers.due(late, 500)
        assert len(due) == 3
        await move(world)
        assert await travellers.take(late, due) == []
    assert (await report(world, journey))["versions"]["1"]["nodes"]["b"]["arrived"] == 3
