"""Journeys as tests make and move them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.journeys.service import ending, filling
from services.campaigns.journeys.service.moving import move_due
from tests.component.campaigns.world import World

TEXT = "Hello {{ customer.name }}! https://shop.example.test/apples {{ unsubscribe_url }}"


def a_send(next: str | None = None, subject: str = "Apples", **more: Any) -> dict[str, Any]:
    """A node that sends."""
    return {"kind": "send", "content": {"subject": subject, "text": TEXT}, "next": next, **more}


def a_wait(duration: str, next: str | None = None) -> dict[str, Any]:
    """A node that waits."""
    return {"kind": "wait", "duration": duration, "next": next}


def a_journey(nodes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The body of a journey that begins at its first node and is entered by call."""
    return {
        "name": "Apples",
        "purpose": "offers",
        "entry": {"kind": "api"},
        "start": next(iter(nodes)),
        "nodes": nodes,
        **changes,
    }


async def create(world: World, nodes: dict[str, Any], *, start: bool = True, **changes: Any) -> UUID:
    """A journey, running unless told otherwise."""
    answer = await world.api.post("/journeys", json=a_journey(nodes, **changes))
    assert answer.status_code == 201, answer.text
    journey_id = UUID(answer.json()["id"])
    if start:
        await act(world, journey_id, "start")
    return journey_id


async def act(world: World, journey_id: UUID, action: str, body: Any = None) -> dict[str, Any]:
    """start, publish, pause, resume, stop …"""
    answer = await world.api.post(f"/journeys/{journey_id}/{action}", json=body)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def enter(world: World, journey_id: UUID, *customers: UUID, entry_id: UUID | None = None) -> dict[str, Any]:
    """These enter by call."""
    body = {"entry_id": str(entry_id or uuid4()), "customer_ids": [str(customer) for customer in customers]}
    return await act(world, journey_id, "entries", body)


async def move(world: World, size: int = 500) -> int:
    """What the mover does until nobody is due."""
    moved = 0
    while True:
        async with world.database.transaction() as tx:
            looked_at = await move_due(tx, world.settings, size)
        moved += looked_at
        if not looked_at:
            return moved


async def go_on(world: World, **by: float) -> None:
    """Time passes; whoever is due moves, what is due is sent, and so on until nothing is."""
    world.clock.advance(**by)
    while await move(world):
        await world.send()
    await world.send()
    while await move(world):
        await world.send()


async def jobs(world: World) -> None:
    """What the jobs do."""
    async with world.database.transaction() as tx:
        await filling.begin_runs(tx, world.settings)
        entering = await filling.to_fill(tx)
    for journey_id in entering:
        more = True
        while more:
            async with world.database.transaction() as tx:
                more = await filling.fill_piece(tx, journey_id, size=3)
    more_left = 1
    while more_left:
        async with world.database.transaction() as tx:
            more_left = await ending.end_leaving(tx)


async def report(world: World, journey_id: UUID) -> dict[str, Any]:
    """Its report, which adds up."""
    answer = await world.api.get(f"/journeys/{journey_id}/report")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert found["adds_up"], found
    return found


async def way(world: World, customer: UUID, journey_id: UUID) -> list[tuple[str, str, str | None]]:
    """Node, outcome and reason of what the customer's last run through the journey left."""
    answer = await world.api.get(f"/customers/{customer}/journeys")
    assert answer.status_code == 200, answer.text
    trip = next(trip for trip in answer.json() if trip["journey_id"] == str(journey_id))
    return [(visit["node"], visit["outcome"], visit["reason"]) for visit in trip["visits"]]


async def trips(world: World, customer: UUID) -> Sequence[dict[str, Any]]:
    """All runs of the customer."""
    found: list[dict[str, Any]] = (await world.api.get(f"/customers/{customer}/journeys")).json()
    return found
