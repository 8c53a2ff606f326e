"""The lane on a real broker: workers that come, go and die, and an outage that must not look like a lapse."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import TopicPartition

from services.analytics.capabilities import lane_steps, subscription
from services.analytics.lane.streams.lane import Lane
from services.analytics.segments.service.programs import Programs
from shared.contracts.interactions import PurchaseRecorded
from shared.contracts.topics import PARTITIONS
from shared.database.transaction import Tx
from shared.events.subscription import Subscription
from shared.kafka.clients import make_consumer, wire_name
from tests.component.analytics.builders import a_profile, a_purchase, bought
from tests.component.analytics.lane.harness import Harness


@pytest.mark.timeout(400)
async def test_workers_come_go_and_die_and_no_transition_is_lost_or_doubled(harness: Harness) -> None:
    """Catches offsets committed before their effect, effects outside the inbox, and state kept over a rebalance."""
    once, thrice = await harness.world.a_segment(bought()), await harness.world.a_segment(bought(3))
    people, sent = [uuid4() for _ in range(100)], 0

    async def buy() -> None:
        nonlocal sent
        await harness.put(*(a_purchase(who, datetime.now(UTC)) for who in people))
        sent += len(people)

    harness.start_worker()
    await buy()
    await harness.until(lambda: harness.handled(sent))
    second = harness.start_worker()
    for _ in range(10):
        await buy()
    await harness.share(2)
    buying = asyncio.create_task(_again(buy))
    await asyncio.sleep(1)
    second.send_signal(signal.SIGKILL)
    await harness.share(1)
    third = harness.start_worker()
    await harness.share(2)
    await asyncio.sleep(1)
    third.send_signal(signal.SIGTERM)
    assert third.wait(20) == 0
    buying.cancel()
    await asyncio.wait({buying})
    await buy()
    await harness.until(lambda: harness.handled(sent))
    found = await _complete(harness, len(people))
    for who in people:
        assert [(word, segment) for word, segment, _, _ in found[who]] == [("entered", once), ("entered", thrice)]
    assert await harness.world.count("inbox") == sent
    assert await harness.world.count("facts") == 2 * sent
    assert await harness.world.count("dead_letters") == 0


async def test_a_stop_in_the_middle_of_a_batch_commits_nothing_of_it(harness: Harness) -> None:
    """Catches records that have left the backlog and never had their effect: their offsets are not to be committed."""
    begun = asyncio.Event()

    async def never_done(tx: Tx, events: list[Any]) -> None:
        begun.set()
        await asyncio.Event().wait()

    subscribed = Subscription("analytics", ["interactions-events"], types=[PurchaseRecorded], on_batch=never_done)
    lane = Lane(harness.settings, subscribed, lane_steps(Programs()))
    running = asyncio.create_task(lane.run(harness.world.context, lambda: None))
    await harness.put(a_purchase(uuid4(), datetime.now(UTC)))
    await asyncio.wait_for(begun.wait(), 60)
    running.cancel()
    await asyncio.wait({running})
    consumer = make_consumer(harness.settings, "analytics")
    await consumer.start()
    topic = wire_name(harness.settings, "interactions-events")
    committed = [await consumer.committed(TopicPartition(topic, number)) for number in range(PARTITIONS)]
    await consumer.stop()
    assert not any(committed)


async def test_events_have_their_turn_between_wake_ups_that_do_not_end(harness: Harness) -> None:
    """Catches a lane that first emits all that is due: an entry would wait for a hundred thousand lapses."""
    woken = 0

    async def endless(context: Any, reached: Any) -> bool:
        nonlocal woken
        woken += 1
        await asyncio.sleep(0.01)
        return True

    lane = Lane(harness.settings, subscription(harness.settings, Programs()), [endless])
    running = asyncio.create_task(lane.run(harness.world.context, lambda: None))
    for number in range(1, 4):

        async def at_it(before: int = woken) -> bool:
            return woken > before

        await harness.until(at_it)
        await harness.put(a_purchase(uuid4(), datetime.now(UTC)))
        await harness.until(partial(harness.handled, number))
    running.cancel()
    await asyncio.wait({running})


async def test_an_outage_is_no_lapse(harness: Harness) -> None:
    """Catches wake-ups before the backlog, and topics that are read past each other."""
    segment = await harness.world.a_segment(bought(last="PT4S"))
    regular, silent = uuid4(), uuid4()
    worker = harness.start_worker()
    start = datetime.now(UTC)
    await harness.put(a_purchase(regular, start), a_purchase(silent, start))
    await harness.until(lambda: harness.handled(2))
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    # While nobody works, one customer goes on buying, every two seconds; the other does not.
    moments = [start + timedelta(seconds=2 * n) for n in range(1, 6)]
    await asyncio.sleep(10.5)
    await harness.put(*(a_purchase(regular, at) for at in moments))
    # The other topic holds a younger event: read first, it would let the window lapse.
    await harness.put(a_profile(regular, moments[-1] + timedelta(seconds=0.4)))
    harness.start_worker()
    await harness.until(lambda: harness.handled(8))

    async def lapsed() -> bool:
        return not await harness.world.members(segment)

    await harness.until(lapsed)
    words = Counter(word for word, _, _ in await harness.world.moves(regular, segment))
    assert words == {"entered": 1, "left": 1}
    assert (await harness.world.moves(regular, segment))[-1][1] == moments[-1] + timedelta(seconds=4)
    assert (await harness.world.moves(silent, segment))[-1][1] == start + timedelta(seconds=4)


async def test_a_lapse_comes_by_itself_and_types_without_a_handler_are_passed(harness: Harness) -> None:
    """Catches a frontier that never moves because the last record of a partition is of another type."""
    segment = await harness.world.a_segment(bought(last="PT2S"))
    who, at = uuid4(), datetime.now(UTC)
    harness.start_worker()
    await harness.put(a_purchase(who, at))
    for number in range(24):
        await harness.producer.send(
            wire_name(harness.settings, "privacy-events"), b"{}", partition=number % 12, headers=[("type", b"other.v1")]
        )
    await harness.producer.flush()

    async def left() -> bool:
        return [word for word, _, _ in await harness.world.moves(who, segment)] == ["entered", "left"]

    await harness.until(left)
    assert (await harness.world.moves(who, segment))[-1][1:] == (at + timedelta(seconds=2), "time")
    assert await harness.world.count("dead_letters") == 0


async def _again(work: Callable[[], Awaitable[None]]) -> None:
    while True:
        # Whole or not at all: the count of what was sent must be right when this is cancelled.
        await asyncio.shield(asyncio.ensure_future(work()))
        await asyncio.sleep(1.0)


async def _complete(harness: Harness, people: int) -> dict[UUID, list[tuple[str, UUID, datetime, str]]]:
    """The outgoing topic, once the relay has sent what is in the outbox."""

    async def relayed() -> bool:
        async with harness.world.database.transaction() as tx:
            return not await tx.value("select count(*) from outbox where not published")

    await harness.until(relayed)
    return await harness.transitions()
