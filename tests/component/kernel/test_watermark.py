"""The relay's watermark on real PostgreSQL and Kafka: whatever was recorded at or before it lies on the topic."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.clock import MACHINE, SystemClock
from shared.contracts.envelope import read_envelope
from shared.contracts.topics import WATERMARKS
from shared.contracts.watermark import read_watermark
from shared.database import transaction as kernel_transaction
from shared.database.engine import Database
from shared.events import barrier as kernel_promise
from shared.events import relay as kernel_relay
from shared.events import watermarks as kernel_watermark
from shared.events.relay import Relay
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.conftest import TOPICS, Settings
from tests.component.kernel.test_delivery import Counted, say


class Marked(Settings):
    """The test's service under a name whose watermarks are heard."""

    service: ClassVar[str] = "interactions"


class FastClock:
    """Business time that runs a hundred times as fast from now on."""

    factor = 100.0

    def __init__(self) -> None:
        self._from, self._began = SystemClock().now(), MACHINE.monotonic()

    def now(self) -> datetime:
        """The business instant."""
        return self._from + timedelta(seconds=(MACHINE.monotonic() - self._began) * self.factor)


@dataclass
class Ear:
    """Hears watermarks and, at each, asks where the topic of the events ends, as analytics does."""

    settings: Marked
    consumer: AIOKafkaConsumer
    marks: list[tuple[datetime, dict[int, int]]] = field(default_factory=list)

    async def listen(self) -> None:
        """For ever."""
        topic = wire_name(self.settings, TOPICS[0].name)
        partitions = [TopicPartition(topic, number) for number in range(TOPICS[0].partitions)]
        while True:
            for records in (await self.consumer.getmany(timeout_ms=500)).values():
                mark = read_watermark(records[-1].value)
                ends = await self.consumer.end_offsets(partitions)
                self.marks.append((mark.until, {tp.partition: end for tp, end in ends.items()}))

    async def mark_after(self, moment: datetime) -> None:
        """Wait until everything up to `moment` is said to be there."""
        async with asyncio.timeout(30):
            while not any(until >= moment for until, _ in self.marks):
                await asyncio.sleep(0.01)

    async def broken(self) -> list[str]:
        """Events that came onto the topic after a watermark which says that they are there already."""
        found = []
        consumer = make_consumer(self.settings, None)
        topic = wire_name(self.settings, TOPICS[0].name)
        consumer.assign([TopicPartition(topic, number) for number in range(TOPICS[0].partitions)])
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                    for record in records:
                        event = read_envelope(record.value, {Counted.TYPE: Counted})
                        late = [t for t, at in self.marks if event and at[tp.partition] <= record.offset
                                and event.recorded_at <= t]  # fmt: skip
                        found += [f"{tp.partition}@{record.offset} after {late[0]}"] if late else []
        finally:
            await consumer.stop()
        return found


@pytest.fixture
async def marked(settings: Settings) -> Marked:
    """Settings with topics of the test's own."""
    own = Marked(**{**settings.model_dump(), "topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(own, [*TOPICS, WATERMARKS])
    return own


@pytest.fixture
async def writer(marked: Marked, database: Database) -> AsyncIterator[Database]:
    """Transactions as the marked service opens them. What was promised here is forgotten afterwards."""
    opened = Database(marked.database_url, source=marked.service, clock=SystemClock(), pool_size=10)
    # A first connection takes longer than the margin between the clock and BEGIN.
    await opened.connect()
    yield opened
    async with opened.transaction() as tx:
        await tx.execute("alter sequence outbox_promised restart")
    await opened.close()


@pytest.fixture
async def ear(marked: Marked, writer: Database) -> AsyncIterator[Ear]:
    consumer = make_consumer(marked, None)
    consumer.assign([TopicPartition(wire_name(marked, WATERMARKS.name), 0)])
    await consumer.start()
    ear = Ear(marked, consumer)
    listening = asyncio.create_task(ear.listen())
    yield ear
    listening.cancel()
    await asyncio.wait([listening])
    await consumer.stop()


@contextlib.asynccontextmanager
async def relaying(marked: Marked, writer: Database) -> AsyncIterator[asyncio.Task[None]]:
    context = WorkerContext(marked, writer, writer.clock, Watchdog([]))
    task = asyncio.create_task(Relay(marked).run(context, lambda: None))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def make_late(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The relay takes so long from the look at the outbox to the broker."""
    at_once = kernel_relay._Round.send

    async def late(self: Any, connection: Any, beat: Callable[[], None]) -> None:
        await asyncio.sleep(seconds)
        await at_once(self, connection, beat)

    monkeypatch.setattr(kernel_relay._Round, "send", late)


async def write(writer: Database, rng: random.Random) -> None:
    """Transactions that stall wherever they can: before they begin, before they speak, before they commit."""
    while True:
        async with writer.transaction() as tx:
            await asyncio.sleep(rng.choice((0, 0, 0.2)))
            await tx.value("select 1")
            await asyncio.sleep(rng.choice((0, 0, 0.2)))
            tx.publish(Counted(number=1), subject=new_id())
            await tx.flush()
            await asyncio.sleep(rng.choice((0, 0, 0.2)))


async def under_load(ear: Ear, writer: Database, seconds: float) -> list[str]:
    """What is broken after some seconds with many writers."""
    rng = random.Random(3)
    writing = [asyncio.create_task(write(writer, rng)) for _ in range(8)]
    await asyncio.sleep(seconds)
    for task in writing:
        task.cancel()
    await asyncio.wait(writing)
    await ear.mark_after(writer.clock.now())
    return await ear.broken()


@pytest.mark.parametrize("clock", [SystemClock, FastClock])
async def test_nothing_older_comes_after_a_watermark(
    clock: Any, marked: Marked, writer: Database, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a promise by the clock alone: transactions stall, and the relay is late."""
    make_late(monkeypatch, 0.2)
    writer.clock = clock()
    async with relaying(marked, writer):
        assert await under_load(ear, writer, 4) == []
    assert len(ear.marks) > 5


@pytest.mark.parametrize("mutant", ["writers read no promise", "older writers are not waited for", "rows are not"])
async def test_each_part_of_the_promise_is_needed(
    mutant: str, marked: Marked, writer: Database, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a test that would let everything pass, and a part that could be left out."""
    if mutant == "writers read no promise":
        monkeypatch.setattr(kernel_transaction, "recorded_at", lambda began, promised: began)
    elif mutant == "older writers are not waited for":

        async def nobody(connection: Any) -> set[str]:
            return set()

        monkeypatch.setattr(kernel_watermark, "writers", nobody)
    else:
        make_late(monkeypatch, 0.2)
        gone = kernel_watermark.Marks.after
        monkeypatch.setattr(
            kernel_watermark.Marks, "after", lambda self, connection, oldest: gone(self, connection, None)
        )
    # No transaction holds the promise back by being open: that is a courtesy, and hides what is looked for here.
    monkeypatch.setattr(kernel_watermark, "HOLD_S", 0.0)
    async with relaying(marked, writer):
        assert await under_load(ear, writer, 4) != []


async def test_a_transaction_that_has_spoken_holds_the_watermark_until_it_ends(
    marked: Marked, writer: Database, ear: Ear
) -> None:
    """Catches a watermark over rows that nobody can see yet."""
    async with relaying(marked, writer):
        await ear.mark_after(writer.clock.now())
        async with writer.transaction() as tx:
            tx.publish(Counted(number=1), subject=new_id())
            await tx.flush()
            await asyncio.sleep(kernel_watermark.HOLD_S + 1)
            # That of the mark before may have been under way.
            assert max(until for until, _ in ear.marks) < tx.now
        await ear.mark_after(tx.now)
    assert await ear.broken() == []


async def test_a_transaction_that_never_speaks_holds_it_for_a_moment_only(
    marked: Marked, writer: Database, ear: Ear
) -> None:
    """Catches a report that stops all lapses; and whoever speaks late after all, speaks of after the watermark."""
    async with relaying(marked, writer), writer.transaction() as tx:
        await tx.value("select 1")
        await asyncio.sleep(kernel_watermark.HOLD_S / 2)
        assert not [until for until, _ in ear.marks if until >= tx.now]
        await ear.mark_after(tx.now + timedelta(seconds=1))
        tx.publish(Counted(number=1), subject=new_id())
        await tx.flush()
        (raw,) = [row["value"] for row in await tx.rows("select value from outbox")]
    event = read_envelope(raw, {Counted.TYPE: Counted})
    assert event is not None
    assert event.recorded_at > max(until for until, _ in ear.marks)
    assert event.time == tx.now


async def test_a_silent_outbox_has_watermarks_and_a_relay_that_stands_still_has_none(
    marked: Marked, writer: Database, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches lapses that wait for the next event, and a watermark beside an outbox that does not empty."""
    async with relaying(marked, writer):
        await ear.mark_after(writer.clock.now())
        make_late(monkeypatch, 2)
        await say(writer, 1)
        recorded = writer.clock.now()
        await asyncio.sleep(1.5)
        assert not [until for until, _ in ear.marks if until >= recorded]
        await ear.mark_after(recorded)
    heard = len(ear.marks)
    await asyncio.sleep(0.5)
    assert len(ear.marks) == heard


async def test_watermarks_go_on_with_the_next_relay(marked: Marked, writer: Database, ear: Ear) -> None:
    """Catches a promise that ends with its relay, or is taken back by the next one."""
    writing = asyncio.create_task(write(writer, random.Random(5)))
    async with relaying(marked, writer) as first, relaying(marked, writer):
        await ear.mark_after(writer.clock.now())
        first.cancel()
        await ear.mark_after(writer.clock.now())
    async with writer.transaction() as tx:
        promised = await tx.value("select last_value from outbox_promised")
        connection = (await (await tx.session.connection()).get_raw_connection()).driver_connection
        assert connection is not None
        await kernel_promise.promise(connection, ear.marks[0][0] - timedelta(hours=1))
        assert await tx.value("select last_value from outbox_promised") == promised
    writing.cancel()
    await asyncio.wait([writing])
    assert await ear.broken() == []


async def test_a_topic_that_is_missing_does_not_hold_up_the_relay(settings: Settings, writer: Database) -> None:
    """Catches a relay that waits for the topic of its watermarks: events go before."""
    without = Marked(**{**settings.model_dump(), "topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(without, TOPICS)
    async with relaying(without, writer), asyncio.timeout(20):
        await asyncio.sleep(1)
        await say(writer, 1)
        async with writer.transaction() as tx:
            await tx.value("select 1")
        while True:
            async with writer.transaction() as tx:
                if not await tx.value("select count(*) from outbox where not published"):
                    break
            await asyncio.sleep(0.05)
