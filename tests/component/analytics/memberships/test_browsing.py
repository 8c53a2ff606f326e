"""Segments over what customers looked at, and over events of the firm's own."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.interactions import BrowsingRecorded, CustomRecorded
from tests.component.analytics.builders import an_event, bought
from tests.component.analytics.world import World


async def test_an_abandoned_cart_is_a_segment(world: World) -> None:
    """Catches browsing that nobody can make a segment of, or that counts whatever was looked at."""
    at, ada, ben = world.clock.now(), uuid4(), uuid4()
    put = {**bought(event="browsing"), "where": {"prop": "kind", "op": "eq", "value": "added_to_cart"}}
    left = await world.a_segment({"all": [put, {"not": bought()}]})
    added = BrowsingRecorded(interaction_id=uuid4(), channel="web", action="added_to_cart", product_id="pear")
    seen = BrowsingRecorded(interaction_id=uuid4(), channel="web", action="product_viewed", product_id="pear")
    await world.handle(an_event(added, ada, at), an_event(seen, ben, at))
    assert await world.members(left) & {ada, ben} == {ada}


async def test_own_events_are_known_by_their_name(world: World) -> None:
    """Catches an own event that is stored under no name, or that every segment over own events counts."""
    at, ada, ben = world.clock.now(), uuid4(), uuid4()
    booked = {**bought(event="custom"), "where": {"prop": "kind", "op": "eq", "value": "course_booked"}}
    segment = await world.a_segment(booked)
    for customer, name in ((ada, "course_booked"), (ben, "course_left")):
        await world.handle(an_event(CustomRecorded(interaction_id=uuid4(), channel="web", name=name), customer, at))
    assert await world.members(segment) & {ada, ben} == {ada}
