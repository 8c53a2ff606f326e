"""A new version is computed for everybody at once, switched to, and emitted, while the stream goes on."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.analytics.backfill.service import filling
from services.analytics.segments.service import definitions as segments
from shared.contracts.analytics import SegmentChanged
from shared.contracts.envelope import Origin
from shared.contracts.topics import PARTITIONS
from tests.component.analytics.builders import a_contact, a_merge, a_purchase, bought
from tests.component.analytics.world import World

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def test_a_segment_answers_and_is_emitted_before_any_state_has_met_it(world: World) -> None:
    """Catches a back-fill that waits for every customer's state, or that says nothing of those it did not touch."""
    at, who, other = world.clock.now(), uuid4(), uuid4()
    await world.handle(a_purchase(who, at), a_contact(other, at))
    id = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    await fill(world)
    assert await world.members(id) == {who}
    assert await world.moves(who, id) == [("entered", world.clock.now(), "definition")]
    assert await revisions(world) == {0}
    # The states follow, and say nothing twice.
    await world.idle()
    assert len(await revisions(world)) == 1
    assert 0 not in await revisions(world)
    assert len(await world.moves(who, id)) == 1


async def test_what_lapses_before_the_states_follow_is_emitted_with_its_exact_instant(world: World) -> None:
    """Catches a lapse that is lost, or looks like a back-fill, because nobody had woken the customer for it."""
    at, who = world.clock.now(), uuid4()
    await world.handle(a_purchase(who, at))
    world.clock.set(at + 29 * DAY)
    id = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    await fill(world)
    await world.pass_time(at + 31 * DAY)
    assert await world.moves(who, id) == [("entered", at + 29 * DAY, "definition"), ("left", at + 30 * DAY, "time")]
    assert [event.origin for event in await world.emitted(who)] == [Origin.BACKFILL, Origin.LIVE]


async def test_the_round_waits_until_the_inputs_are_read_up_to_the_change(world: World) -> None:
    """Catches an answer that is given without a purchase which lies unread: the facts are behind."""
    at, who = world.clock.now(), uuid4()
    await world.handle(a_contact(who, at))
    await saved(world, bought())
    await world.tend(dict.fromkeys(range(PARTITIONS), at - SECOND))
    assert not await world.filling.step(world.context)
    await world.tend(dict.fromkeys(range(PARTITIONS - 1), at + SECOND))
    assert not await world.filling.step(world.context)
    await world.tend(dict.fromkeys(range(PARTITIONS), at + SECOND))
    assert await world.filling.step(world.context)


async def test_who_is_touched_after_the_answers_were_computed_answers_for_himself(world: World) -> None:
    """Catches an entry that is emitted although the purchase which excludes it came before the switch."""
    at, silent, buyer = world.clock.now(), uuid4(), uuid4()
    await world.handle(a_contact(silent, at), a_contact(buyer, at))
    id = await saved(world, {"not": bought()})
    await read_up_to(world, world.clock.now())
    assert await world.filling.step(world.context)
    assert await world.count("fills") == 2
    await world.handle(a_purchase(buyer, at))
    await fill(world)
    await world.idle()
    assert await world.members(id) == {silent}
    assert await world.moves(buyer, id) == []


async def test_a_merge_between_the_switch_and_the_state_tells_nothing_twice(world: World) -> None:
    """Catches a recomputed customer who enters again what the back-fill has emitted already."""
    at, who, absorbed = world.clock.now(), uuid4(), uuid4()
    await world.handle(a_purchase(who, at), a_purchase(absorbed, at))
    id = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    await fill(world)
    await world.handle(a_merge(who, absorbed, at, uuid4()))
    # The dirty ones come before the sweep.
    await world.idle()
    assert [word for word, _, _ in await world.moves(who, id)] == ["entered"]
    assert [word for word, _, _ in await world.moves(absorbed, id)] == ["entered", "left"]
    assert await world.members(id) == {who}


async def test_every_stage_survives_the_end_of_its_process(world: World) -> None:
    """Catches a stage whose progress is in the process only: a round without end, or one that emits twice."""
    at, people = world.clock.now(), [uuid4() for _ in range(4)]
    await world.handle(*(a_purchase(who, at) for who in people))
    id = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    for _ in range(20):
        world.restart()
        await world.filling.step(world.context)
    assert await world.members(id) == set(people)
    assert [len(await world.moves(who, id)) for who in people] == [1, 1, 1, 1]
    assert await states_emitted(world, id) == ["backfilling", "live"]
    assert await world.count("fills") == 0


async def test_what_is_saved_while_a_round_is_under_way_is_filled_by_the_next(world: World) -> None:
    """Catches a version that nobody fills, and one that answers with what was computed for another."""
    at, once, twice = world.clock.now(), uuid4(), uuid4()
    await world.handle(a_purchase(once, at), a_purchase(twice, at), a_purchase(twice, at))
    first = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    assert await world.filling.step(world.context)
    second = await saved(world, bought(2))
    # Given up while it was being filled: the answers that were computed for it count for nothing.
    async with world.database.transaction() as tx:
        await segments.change_segment(tx, first, None, None, bought(3), "tests", None)
    await world.idle()
    assert (await world.members(first), await world.members(second)) == (set(), {twice})
    assert await world.moves(once, first) == []


async def test_an_archived_segment_is_not_switched_to(world: World) -> None:
    """Catches a round that stands still, or wakes the dead, when its only version was put away."""
    at, who = world.clock.now(), uuid4()
    await world.handle(a_purchase(who, at))
    id = await saved(world, bought())
    await read_up_to(world, world.clock.now())
    assert await world.filling.step(world.context)
    async with world.database.transaction() as tx:
        await segments.archive_segment(tx, id)
    await world.idle()
    assert await world.count("memberships") == 0
    assert await world.moves(who, id) == []
    other = await world.a_segment(bought())
    assert await world.members(other) == {who}


async def test_a_statement_that_fails_holds_up_its_segment_and_nobody_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a definition that ends every worker, again and again, because PostgreSQL cannot answer it."""
    at, who = world.clock.now(), uuid4()
    live = await world.a_segment(bought())
    id = await saved(world, bought(2))
    with monkeypatch.context() as broken:
        broken.setattr(filling, "compile_fill", lambda *_: ("select uuidv7() as customer_id, 1 / 0 as number", {}))
        await world.idle()
        await world.handle(a_purchase(who, at), a_purchase(who, at))
        await world.idle()
    assert await world.members(live) == {who}
    assert await states_emitted(world, id) == ["backfilling"]
    world.restart()
    await world.idle()
    assert await world.members(id) == {who}


async def saved(world: World, definition: dict[str, Any]) -> UUID:
    """A segment that is still to be filled."""
    async with world.database.transaction() as tx:
        return await segments.create_segment(tx, f"s{uuid4()}", None, definition, "tests", None)


async def read_up_to(world: World, moment: datetime) -> None:
    """The lane has read everything; it has not begun to sweep."""
    await world.tend(dict.fromkeys(range(PARTITIONS), moment))


async def fill(world: World) -> None:
    """The back-fill alone, to its end."""
    for _ in range(50):
        if not await world.filling.step(world.context):
            return
    raise AssertionError("the back-fill has no end")


async def revisions(world: World) -> set[int]:
    """The revisions of all states, counted from the first one."""
    async with world.database.transaction() as tx:
        rows = await tx.rows("select distinct revision from states")
        live = await tx.value("select min(live_revision) from fill_rounds")
    return {0 if row["revision"] < (live or 0) else row["revision"] for row in rows}


async def states_emitted(world: World, id: UUID) -> list[str]:
    """The states of a segment that were emitted."""
    return [event.data.state for event in await world.emitted(id) if isinstance(event.data, SegmentChanged)]


async def test_a_segment_that_is_made_while_the_job_looks_for_work_is_not_forgotten(world: World) -> None:
    """Catches a look that sees nothing to do, and then takes the newest revision as the one up to which all is done:
    the segment would be filled when somebody makes another one."""
    job = filling.Filling()
    async with world.database.transaction() as tx:
        id = await segments.create_segment(tx, f"s{uuid4()}", None, bought(), "tests", None)
        looking = asyncio.create_task(job.step(world.context))
        await asyncio.sleep(0.5)
    await asyncio.wait_for(looking, 30)
    async with world.database.transaction() as tx:
        assert await job.has_work(tx)
    await world.idle()
    async with world.database.transaction() as tx:
        assert (await segments.get_segment(tx, id)).current_version == 1
