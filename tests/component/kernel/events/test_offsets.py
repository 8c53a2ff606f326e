"""Positions beside effects: a restored backup, a process that lost its partitions, a topic made anew."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.contracts.envelope import Envelope
from shared.contracts.topics import Topic
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.consumer_loop import ConsumerLoop
from shared.events.offsets import AtTheBroker, ConsumerOffsets, Superseded
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, make_producer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import SUBSCRIPTION, Counted, effects, emit, on_counted, outbox, records_of

TOPIC = Topic("tests-events", ("tests",), ("tests",), partitions=2)


@dataclass
class Place:
    """A topic of the test's own, and what one service does with it."""

    settings: Any
    database: Database
    sent: int = 0

    async def send(self, *numbers: int) -> UUID:
        """Emit these, and put them on partition 1 as the relay would. Returns their subject."""
        subject = await emit(self.database, *numbers)
        producer = make_producer(self.settings)
        await producer.start()
        for row in (await outbox(self.database))[-len(numbers) :]:
            headers = [("type", row["type"].encode())]
            await producer.send_and_wait(
                wire_name(self.settings, TOPIC.name), row["value"], partition=1, headers=headers
            )
        await producer.stop()
        return subject

    @contextlib.asynccontextmanager
    async def consuming(self) -> AsyncIterator[asyncio.Task[None]]:
        """A worker's loop. What ends it ends the test."""
        context = WorkerContext(self.settings, self.database, self.database.clock, Watchdog([]))
        task = asyncio.create_task(ConsumerLoop(self.settings, SUBSCRIPTION).run(context, lambda: None))
        try:
            yield task
        finally:
            if not task.done():
                task.cancel()
            await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def until(self, *numbers: int) -> None:
        """Wait until exactly these effects are stored, in order."""
        async with asyncio.timeout(40):
            while [number for _, number in await effects(self.database)] != list(numbers):
                await asyncio.sleep(0.05)

    async def stored(self) -> int | None:
        """The position as the database has it."""
        async with self.database.transaction() as tx:
            found: int | None = await tx.value("select next_offset from offsets where partition = 1")
            return found

    async def until_stored(self, offset: int) -> None:
        """Wait until the database has this position."""
        async with asyncio.timeout(40):
            while await self.stored() != offset:
                await asyncio.sleep(0.05)

    async def until_committed(self, offset: int) -> None:
        """Wait until the broker has the group there."""
        consumer = make_consumer(self.settings, "tests")
        await consumer.start()
        try:
            async with asyncio.timeout(40):
                while await consumer.committed(TopicPartition(wire_name(self.settings, TOPIC.name), 1)) != offset:
                    await asyncio.sleep(0.1)
        finally:
            await consumer.stop()


@pytest.fixture
async def place(settings: Any, database: Database) -> Place:
    own = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(own, [TOPIC])
    return Place(own, database)


@contextlib.asynccontextmanager
async def restored(database: Database) -> AsyncIterator[None]:
    """What is stored inside is gone afterwards, as after the restore of a backup taken before."""
    tables = ("inbox", "offsets", "effects", "dead_letters")
    async with database.transaction() as tx:
        for table in tables:
            await tx.execute(f"create table backup_{table} as select * from {table}")
    yield
    async with database.transaction() as tx:
        for table in tables:
            await tx.execute(f"truncate {table}")
            overriding = "overriding system value" if table == "effects" else ""
            await tx.execute(f"insert into {table} {overriding} select * from backup_{table}")
            await tx.execute(f"drop table backup_{table}")


async def test_what_was_heard_after_the_backup_is_heard_again(place: Place) -> None:
    """Catches positions that only the broker has: after a restore nothing that was heard since would ever come again,
    also on a topic on which nothing new comes."""
    async with place.consuming():
        await place.send(1, 2)
        await place.until(1, 2)
    async with restored(place.database), place.consuming():
        await place.send(3, 4)
        await place.until(1, 2, 3, 4)
        await place.until_committed(4)
    await place.until(1, 2)
    async with place.consuming():
        await place.until(1, 2, 3, 4)
        await place.until_stored(4)
        await place.send(5)
        await place.until(1, 2, 3, 4, 5)


async def test_an_installation_of_before_goes_on_where_the_broker_has_its_group(place: Place) -> None:
    """Catches an upgrade that reads thirty days again: the table is empty then, and the broker's word counts."""
    await place.send(1, 2, 3)
    consumer = make_consumer(place.settings, "tests")
    partition = TopicPartition(wire_name(place.settings, TOPIC.name), 1)
    consumer.assign([partition])
    await consumer.start()
    await consumer.commit({partition: 2})
    await consumer.stop()
    async with place.consuming():
        await place.until(3)
        await place.until_stored(3)


async def test_a_worker_of_the_version_before_may_take_over_and_give_back(place: Place) -> None:
    """Catches a rolling upgrade that blocks or loses: the old worker moves the broker's commit and not the position."""
    async with place.consuming():
        await place.send(1, 2)
        await place.until_stored(2)
        await place.until_committed(2)
    await place.send(3, 4)
    consumer = make_consumer(place.settings, "tests")
    partition = TopicPartition(wire_name(place.settings, TOPIC.name), 1)
    consumer.assign([partition])
    await consumer.start()
    records = await consumer.getmany(timeout_ms=10_000, max_records=1)
    old = [Record(TOPIC.name, 1, r.offset, r.key, r.value, r.headers) for got in records.values() for r in got]
    await BatchProcessor(place.database, SUBSCRIPTION).process(old)
    await consumer.commit({partition: old[-1].offset + 1})
    await consumer.stop()
    assert [record.offset for record in old] == [2]
    async with place.consuming():
        await place.until(1, 2, 3, 4)
        await place.until_stored(4)


async def test_a_topic_made_anew_is_read_from_its_beginning(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """Catches a position that outlives its topic: what lies before it in the new one would never be heard."""
    async with place.consuming():
        await place.send(1, 2)
        await place.until_stored(2)
    admin = AIOKafkaAdminClient(bootstrap_servers=place.settings.kafka_bootstrap)
    await admin.start()
    await admin.delete_topics([wire_name(place.settings, TOPIC.name)])
    async with asyncio.timeout(30):
        while wire_name(place.settings, TOPIC.name) in await admin.list_topics():
            await asyncio.sleep(0.1)
    await admin.close()
    await create_topics(place.settings, [TOPIC])
    await place.send(3, 4, 5)
    async with place.consuming():
        await place.until(1, 2, 3, 4, 5)
        await place.until_stored(3)


async def test_types_that_nobody_hears_move_the_position_once_a_second(place: Place) -> None:
    """Catches a position that stays where the last handled record was, and a restart that reads all of it again."""
    producer = make_producer(place.settings)
    await producer.start()
    for _ in range(5):
        await producer.send_and_wait(
            wire_name(place.settings, TOPIC.name), b"{}", partition=1, headers=[("type", b"other.v1")]
        )
    await producer.stop()
    async with place.consuming():
        await place.until_stored(5)


async def test_a_process_that_lost_its_partition_has_no_effect(database: Database) -> None:
    """Catches a process that was stopped with a batch in hand and goes on: without an inbox all would happen twice."""
    without_inbox = Subscription("tests", ["tests-events"], types=[Counted], on_batch=_each, inbox=False)
    await emit(database, 1, 2, 3)
    records = await records_of(database)
    stopped, successor = ConsumerOffsets("tests"), ConsumerOffsets("tests")
    owned = {("tests-events", 0): AtTheBroker(0, 3, None)}
    await stopped.settle(database, owned)
    await successor.settle(database, owned)
    await BatchProcessor(database, without_inbox, offsets=successor).process(records)
    with pytest.raises(Superseded):
        await BatchProcessor(database, without_inbox, offsets=stopped).process(records[:2])
    assert [number for _, number in await effects(database)] == [1, 2, 3]
    # And poison in its hands becomes no second letter.
    with pytest.raises(Superseded):
        await BatchProcessor(database, without_inbox, offsets=stopped).process(
            [Record("tests-events", 0, 0, b"k", b"no", [("type", b"tests.counted.v1")])]
        )


async def test_the_position_moves_with_each_part_of_a_batch_that_is_divided(database: Database) -> None:
    """Catches a batch whose halves are stored and whose position is not, or is moved past a part that was not."""
    positions: list[int] = []

    async def on_batch(tx: Tx, events: list[Envelope[Counted]]) -> None:
        for event in events:
            await on_counted(tx, event)
        positions.append(await tx.value("select next_offset from offsets"))

    await emit(database, 1, -2, 3, 4)
    offsets = ConsumerOffsets("tests")
    await offsets.settle(database, {("tests-events", 0): AtTheBroker(0, 4, None)})
    subscription = Subscription("tests", ["tests-events"], types=[Counted], on_batch=on_batch)
    await BatchProcessor(database, subscription, offsets=offsets).process(await records_of(database))
    assert positions == [1, 4]
    async with database.transaction() as tx:
        assert await tx.value("select next_offset from offsets") == 4


async def _each(tx: Tx, events: list[Envelope[Counted]]) -> None:
    for event in events:
        await on_counted(tx, event)
