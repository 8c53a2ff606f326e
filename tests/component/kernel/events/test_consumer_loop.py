"""The loop around the client: offsets after a rebalance, commits that fail, a client that falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.errors import KafkaError
from aiokafka.producer import message_accumulator
from aiokafka.producer import producer as client_producer
from aiokafka.record import default_records

from shared.contracts.envelope import Envelope
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events import consumer_loop as kernel_loop
from shared.events.consumer_loop import ConsumerLoop, CoordinatorLost, commit
from shared.events.subscription import Handler, Subscription
from shared.kafka.clients import make_consumer, make_producer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import Counted, effects, emit, on_counted, outbox


@asynccontextmanager
async def consuming(
    settings: Any, database: Database, monkeypatch: pytest.MonkeyPatch, handler: Handler = on_counted
) -> AsyncIterator[tuple[AIOKafkaConsumer, list[int]]]:
    """A loop of a group of its own, with its client, once it owns its partitions; and its beats."""
    made: list[AIOKafkaConsumer] = []
    beats: list[int] = []

    def remembered(*given: Any) -> AIOKafkaConsumer:
        made.append(make_consumer(*given))
        return made[-1]

    monkeypatch.setattr(kernel_loop, "make_consumer", remembered)
    subscription = Subscription(f"loop-{uuid4()}", ["tests-events"], {Counted: handler})
    context = WorkerContext(settings, database, database.clock, Watchdog([]))
    task = asyncio.create_task(ConsumerLoop(settings, subscription).run(context, lambda: beats.append(1)))
    try:
        async with asyncio.timeout(60):
            while not made or len(made[0].assignment()) < 4:
                await asyncio.sleep(0.05)
        yield made[0], beats
    finally:
        task.cancel()
        await asyncio.wait([task])
    # A loop that ended by itself has failed, whatever it had handled by then.
    if not task.cancelled():
        task.result()


async def send(settings: Any, database: Database) -> TopicPartition:
    """Send what the outbox holds, all to one partition."""
    producer = make_producer(settings)
    await producer.start()
    wire = wire_name(settings, "tests-events")
    for row in await outbox(database):
        headers = [("type", row["type"].encode())]
        await producer.send_and_wait(wire, row["value"], partition=2, headers=headers)
    await producer.stop()
    return TopicPartition(wire, 2)


async def effects_on(database: Database, subject: UUID) -> list[int]:
    """The topic holds what earlier tests sent."""
    return [number for who, number in await effects(database) if who == subject]


async def until_committed(consumer: AIOKafkaConsumer, partition: TopicPartition) -> None:
    end = (await consumer.end_offsets([partition]))[partition]
    async with asyncio.timeout(30):
        while await consumer.committed(partition) != end:
            await asyncio.sleep(0.1)


async def test_the_offset_is_committed_after_the_effect(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an offset that runs ahead: what a killed worker had in hand would never come again."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    subjects: list[UUID] = []

    async def on_slow(tx: Tx, event: Envelope[Counted]) -> None:
        if event.subject in subjects:
            begun.set()
            await go_on.wait()
        await on_counted(tx, event)

    async with consuming(settings, database, monkeypatch, on_slow) as (consumer, _):
        subjects.append(await emit(database, 1))
        partition = await send(settings, database)
        end = (await consumer.end_offsets([partition]))[partition]
        await asyncio.wait_for(begun.wait(), 30)
        assert (await consumer.committed(partition) or 0) < end
        go_on.set()
        await until_committed(consumer, partition)


async def test_a_commit_that_failed_is_made_up_for_without_a_further_record(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a lag that stays on a quiet topic, and all of it handled again after the next restart."""
    async with consuming(settings, database, monkeypatch) as (consumer, _):
        genuine, failures = consumer.commit, [KafkaError("planted"), TimeoutError("planted")]

        async def failing(offsets: Any) -> None:
            if failures:
                raise failures.pop()
            await genuine(offsets)

        monkeypatch.setattr(consumer, "commit", failing)
        subject = await emit(database, 1)
        partition = await send(settings, database)
        await until_committed(consumer, partition)
        assert failures == []
        assert await effects_on(database, subject) == [1]


async def test_a_lost_partition_does_not_keep_the_others_from_being_committed(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a commit that the client refuses as a whole because of one partition that has gone elsewhere."""
    async with consuming(settings, database, monkeypatch) as (consumer, _):
        topic = wire_name(settings, "tests-events")
        assert await commit(consumer, {TopicPartition(topic, 0): 0, TopicPartition(topic, 99): 5})
        assert await consumer.committed(TopicPartition(topic, 0)) == 0


async def test_a_consumer_that_falls_silent_stops_beating(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a beat that only says that the loop turns: the library may stop fetching without a word."""
    monkeypatch.setattr(kernel_loop, "SILENT_S", 3.0)
    async with consuming(settings, database, monkeypatch) as (consumer, beats):
        async with asyncio.timeout(60):
            before = len(beats)
            while len(beats) < before + 6:
                await asyncio.sleep(0.1)
            consumer._fetcher._fetch_task.cancel()
            before = -1
            while len(beats) != before:
                before = len(beats)
                await asyncio.sleep(4)


async def test_an_idle_consumer_beats(database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches silence that is only the absence of records: the watchdog would end every idle worker."""
    monkeypatch.setattr(kernel_loop, "SILENT_S", 2.5)
    async with consuming(settings, database, monkeypatch) as (_, beats):
        async with asyncio.timeout(60):
            before = len(beats)
            while len(beats) < before + 10:
                await asyncio.sleep(0.1)


class _Latin(str):
    def encode(self, *_: Any) -> bytes:
        return b"laden-\xfcber"


async def test_a_header_whose_name_is_no_utf8_stops_nobody(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a publisher who can stop a worker for ever: the client refuses the fetch, and all behind the record."""
    # The compiled builder takes no such name.
    for module in (client_producer, message_accumulator):
        monkeypatch.setattr(module, "DefaultRecordBatchBuilder", default_records._DefaultRecordBatchBuilderPy)
    monkeypatch.setattr(fetcher, "MemoryRecords", fetcher.MemoryRecords)
    async with consuming(settings, database, monkeypatch) as (consumer, _):
        subject = await emit(database, 1, 2, 3)
        producer = make_producer(settings)
        await producer.start()
        partition = TopicPartition(wire_name(settings, "tests-events"), 2)
        for number, row in enumerate(await outbox(database)):
            headers = [("type", row["type"].encode()), *([(_Latin("x"), b"y")] if number == 1 else [])]
            await producer.send(partition.topic, row["value"], partition=2, headers=headers)
        await producer.stop()
        await until_committed(consumer, partition)
        assert await effects_on(database, subject) == [1, 2, 3]


async def test_a_client_that_lost_its_group_for_good_ends_the_part(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a consumer that goes on without a coordinator: nothing of it is committed, and its partitions could go to
    a second process meanwhile. A new process finds the coordinator."""
    monkeypatch.setattr(kernel_loop, "COORDINATOR_S", 0.5)
    subject = await emit(database, 1)
    with pytest.raises(CoordinatorLost):
        async with consuming(settings, database, monkeypatch) as (consumer, _):

            async def without_coordinator(*_: Any) -> None:
                await asyncio.sleep(0.1)
                raise KafkaError

            monkeypatch.setattr(consumer, "commit", without_coordinator)
            await send(settings, database)
            async with asyncio.timeout(30):
                while not await effects_on(database, subject):
                    await asyncio.sleep(0.05)
            await asyncio.sleep(4)
