"""Which wake-ups are handled first, and that many of them hold up nothing else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from services.analytics.identity.domain import partition_of
from services.analytics.memberships.repository import states
from services.analytics.memberships.service import wakeups
from shared.contracts.topics import PARTITIONS
from shared.ids import new_id
from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.world import World


async def some_due(world: World, seconds: list[int]) -> list[UUID]:
    """Customers whose window ends so many seconds from now, each with its own moment."""
    await world.a_segment(bought(last="P1D"))
    start = world.clock.now()
    people = [new_id() for _ in seconds]
    for who, after in sorted(zip(people, seconds, strict=True), key=lambda pair: pair[1]):
        await world.handle(a_purchase(who, start - timedelta(days=1) + timedelta(seconds=after)))
    return people


async def test_the_earliest_come_first_over_all_partitions_that_are_reached(world: World) -> None:
    """Catches a limit that one partition fills, an order by partition, and a partition that is not reached."""
    seconds = [(7 * n) % 60 + 1 for n in range(40)]
    people = await some_due(world, seconds)
    ordered = [who for _, who in sorted(zip(seconds, people, strict=True))]
    start = world.clock.now()
    everywhere = dict.fromkeys(range(PARTITIONS), start + timedelta(seconds=30))
    async with world.database.transaction() as tx:
        due = await states.due(tx, everywhere, 500)
        assert set(due) == {who for who, after in zip(people, seconds, strict=True) if after <= 30}
        assert due == {who: partition_of(who) for who in due}
        assert set(await states.due(tx, everywhere, 7)) == set(ordered[:7])
        (number, *_) = {partition_of(who) for who in ordered[:7]}
        only = await states.due(tx, {number: start + timedelta(seconds=61)}, 500)
        assert set(only) == {who for who in people if partition_of(who) == number}


async def test_what_is_due_is_counted_and_the_count_goes_back_to_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a gauge that still shows a backlog when the last batch was not a full one."""
    monkeypatch.setattr(wakeups, "WAKE_MOST", 2)
    await some_due(world, [1, 2, 3])
    world.clock.advance(seconds=5)
    assert await world.wake()
    assert wakeups.WAKE_BACKLOG._value.get() == 1
    assert not await world.wake()
    assert wakeups.WAKE_BACKLOG._value.get() == 0
