"""Who objects to profiling is in no segment for as long as the objection stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.analytics.reconciliation.service import reconcile
from services.analytics.segments.service.programs import Programs
from shared.contracts.analytics import MembershipsChanged
from shared.contracts.envelope import Envelope
from tests.component.analytics.builders import a_consent, a_merge, a_profile, a_purchase, an_undone_merge
from tests.component.analytics.world import World

BOUGHT: dict[str, Any] = {"event": "purchase", "op": "gte", "value": 1}
LATELY: dict[str, Any] = {**BOUGHT, "window": {"last": "P30D"}}


def objection(customer: UUID, world: World, state: str = "denied", version: int = 1) -> Envelope[Any]:
    return a_consent(customer, world.clock.now(), purpose="profiling", state=state, version=version)


async def origins(world: World, customer: UUID) -> list[str]:
    return [str(event.origin) for event in await world.emitted(customer) if isinstance(event.data, MembershipsChanged)]


async def test_who_objects_leaves_everything_and_comes_back_when_the_objection_is_lifted(world: World) -> None:
    """Catches a customer who is segmented against his will, one whose purchases meanwhile are lost, and mails that a
    lifted objection triggers."""
    customer = uuid4()
    segment = await world.a_segment(BOUGHT)
    await world.handle(a_purchase(customer, world.clock.now()))
    assert await world.members(segment) == {customer}
    await world.handle(objection(customer, world))
    await world.idle()
    assert await world.members(segment) == set()
    assert [(word, by) for word, _, by in await world.moves(customer, segment)][-1] == ("left", "objection")

    # Neither what he does, nor a new segment, nor time, nor a comparison brings him back.
    later = await world.a_segment({**BOUGHT, "value": 2})
    await world.handle(a_purchase(customer, world.clock.now()), a_profile(customer, world.clock.now()))
    await world.pass_time(world.clock.now() + timedelta(days=40))
    assert (await world.members(segment), await world.members(later)) == (set(), set())
    report = await reconcile(world.database, Programs(), None)
    assert (report.customers, report.mismatches) == (0, 0)

    await world.handle(lifted := objection(customer, world, "granted", 2))
    await world.idle()
    assert (await world.members(segment), await world.members(later)) == ({customer}, {customer})
    assert (await world.moves(customer, segment))[-1][::2] == ("entered", str(lifted.id))
    assert (await origins(world, customer))[-2:] == ["repair", "repair"]
    report = await reconcile(world.database, Programs(), None)
    assert (report.customers, report.mismatches) == (1, 0)


async def test_an_objection_in_the_batch_of_a_purchase_holds(world: World) -> None:
    """Catches a purchase of the same moment that wins."""
    customer = uuid4()
    segment = await world.a_segment(LATELY)
    await world.handle(a_purchase(customer, world.clock.now()), objection(customer, world))
    await world.handle(a_purchase(customer, world.clock.now()))
    await world.idle()
    assert await world.members(segment) == set()
    assert await world.count("states") == 0


async def test_the_strictest_word_of_merged_customers_holds(world: World) -> None:
    """Catches an objection that a merge undoes, and one that outlives the merge's own undoing."""
    survivor, absorbed, merge = uuid4(), uuid4(), uuid4()
    segment = await world.a_segment(BOUGHT)
    await world.handle(a_purchase(survivor, world.clock.now()), a_purchase(absorbed, world.clock.now()))
    await world.handle(objection(absorbed, world))
    await world.idle()
    assert await world.members(segment) == {survivor}
    await world.handle(a_merge(survivor, absorbed, world.clock.now(), merge))
    await world.idle()
    await world.handle(a_purchase(survivor, world.clock.now()))
    await world.idle()
    assert await world.members(segment) == set()
    await world.handle(an_undone_merge(survivor, absorbed, world.clock.now(), merge))
    await world.idle()
    assert await world.members(segment) == {survivor}


async def test_an_objection_that_is_heard_again_and_out_of_order_changes_nothing(world: World) -> None:
    """Catches a replay that brings somebody back, or takes out who came back."""
    customer = uuid4()
    segment = await world.a_segment(BOUGHT)
    await world.handle(a_purchase(customer, world.clock.now()))
    granted, denied = objection(customer, world, "granted", 1), objection(customer, world, version=2)
    await world.handle(denied)
    await world.handle(granted)
    await world.idle()
    await world.handle(denied)
    await world.idle()
    assert await world.members(segment) == set()
    await world.handle(objection(customer, world, "granted", 3))
    await world.handle(denied)
    await world.idle()
    assert await world.members(segment) == {customer}


async def test_why_somebody_is_in_no_segment_is_said(world: World, client: httpx.AsyncClient) -> None:
    """Catches an explanation that works out what the customer forbade."""
    customer = uuid4()
    segment = await world.a_segment(BOUGHT)
    await world.handle(a_purchase(customer, world.clock.now()), objection(customer, world))
    await world.idle()
    answer = await client.get(f"/segments/{segment}/explain/{customer}")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/objects-to-profiling")
    assert (await client.get(f"/customers/{customer}/segments")).json() == []
