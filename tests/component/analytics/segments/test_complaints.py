"""The list of customers with an open complaint: kept by service cases, asked for by segments."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.analytics.segments.repository import lists
from services.analytics.segments.repository.lists import OPEN_COMPLAINT
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import CaseChanged, CaseKind, CaseState
from shared.contracts.privacy import ErasureRequested
from tests.component.analytics.builders import an_event
from tests.component.analytics.world import World

_LIST = f"/lists/{OPEN_COMPLAINT}"


def told(
    world: World, who: UUID, case: UUID, state: CaseState, version: int, kind: CaseKind = "complaint"
) -> Envelope[Any]:
    fact = CaseChanged(case_id=case, kind=kind, state=state, priority="normal")
    return an_event(fact, who, world.clock.now(), version=version)


@pytest.fixture(autouse=True)
async def the_list(world: World) -> None:
    """The list, which these tests empty with all other tables."""
    async with world.database.transaction() as tx:
        await lists.keep_open_complaint(tx)


async def test_whoever_has_an_open_complaint_is_in_the_segment_until_the_last_is_solved(world: World) -> None:
    """Catches a segment that forgets the second complaint with the first, one that takes questions for complaints, and
    a late word of an earlier state that puts somebody back."""
    ada, ben, first, second = uuid4(), uuid4(), uuid4(), uuid4()
    segment = await world.a_segment({"list": str(OPEN_COMPLAINT)})
    await world.handle(told(world, ada, first, "open", 1), told(world, ben, uuid4(), "open", 1, "question"))
    await world.handle(told(world, ada, second, "pending", 2))
    await world.idle()
    assert await world.members(segment) & {ada, ben} == {ada}
    await world.handle(told(world, ada, first, "solved", 3))
    await world.idle()
    assert await world.members(segment) & {ada, ben} == {ada}
    await world.handle(told(world, ada, second, "closed", 4))
    await world.handle(told(world, ada, first, "open", 1))
    await world.idle()
    assert await world.members(segment) & {ada, ben} == set()
    await world.handle(told(world, ada, first, "reopened", 5))
    await world.idle()
    assert await world.members(segment) & {ada, ben} == {ada}


async def test_nobody_is_put_back_after_an_erasure(world: World) -> None:
    """Catches a complaint that is kept of somebody who was erased."""
    ada = uuid4()
    await world.handle(told(world, ada, uuid4(), "open", 1))
    await world.handle(an_event(ErasureRequested(request_id=uuid4(), aliases=[]), ada, world.clock.now()))
    await world.handle(told(world, ada, uuid4(), "open", 2))
    async with world.database.transaction() as tx:
        for table in ("complaints", "list_members"):
            assert await tx.value(f"select count(*) from {table} where customer_id = :id", {"id": ada}) == 0


async def test_the_list_is_not_changed_by_hand(client: httpx.AsyncClient) -> None:
    """Catches a list that says of somebody what no case says, and a segment whose list somebody has deleted."""
    assert (await client.get(_LIST)).json()["name"] == "Open complaint"
    body = {"customer_ids": [str(uuid4())]}
    for answer in (
        await client.put(_LIST, json={"name": "Mine"}),
        await client.delete(_LIST),
        await client.post(f"{_LIST}/members", json=body),
        await client.post(f"{_LIST}/members/remove", json=body),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/list-is-kept")
