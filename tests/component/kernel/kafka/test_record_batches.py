"""Records that travel together: those of a key in their order, none lost, and a failure is told to all it concerns."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.contracts.topics import Topic
from shared.kafka.clients import MAX_MESSAGE_BYTES, create_topics, make_consumer, make_producer, wire_name
from shared.kafka.record_batches import Headers, send_together

TOGETHER = Topic("tests-together", ("tests",), ("tests",), retention_days=7, partitions=3)
Record = tuple[bytes, bytes, Headers]
# A batch of the producer holds a quarter of a megabyte.
LARGE = b"x" * 100_000


async def producing(settings: Any) -> AIOKafkaProducer:
    await create_topics(settings, [TOGETHER])
    producer = make_producer(settings)
    await producer.start()
    return producer


async def confirmed(producer: AIOKafkaProducer, topic: str, records: list[tuple[bytes, bytes]]) -> int:
    """Sends them and waits; how many answers there were."""
    answers: list[asyncio.Future[Any]] = []
    await send_together(producer, topic, [(key, value, [("of", key)]) for key, value in records], answers)
    await asyncio.gather(*answers)
    return len(answers)


async def lying_on(settings: Any, topic: str, count: int) -> list[Any]:
    consumer = make_consumer(settings, None)
    consumer.subscribe([topic])
    await consumer.start()
    found: list[Any] = []
    try:
        async with asyncio.timeout(30):
            while len(found) < count:
                for batch in (await consumer.getmany(timeout_ms=500)).values():
                    found += batch
    finally:
        await consumer.stop()
    return found


async def test_many_senders_lose_nothing_and_keep_the_order_of_a_key(settings: Any) -> None:
    """Catches a record that joins a batch which is on its way already, one that passes another of its key when a batch
    is full, and headers or a partition that a single send would have chosen otherwise."""
    producer, topic = await producing(settings), wire_name(settings, TOGETHER.name)
    keys = [f"key-{number}".encode() for number in range(9)]

    async def sender(key: bytes) -> None:
        for turn in range(5):
            records = [(key, b"%d %d " % (turn, place) + (LARGE if place % 3 == 0 else b"")) for place in range(12)]
            await confirmed(producer, topic, records)

    try:
        await asyncio.gather(*(sender(key) for key in keys))
        alone = {key: (await producer.send_and_wait(topic, b"9 0 ", key=key)).partition for key in keys}
    finally:
        await producer.stop()
    found = await lying_on(settings, topic, len(keys) * 61)
    assert len(found) == len(keys) * 61
    for key in keys:
        own = [record for record in found if record.key == key]
        assert {record.partition for record in own} == {alone[key]}
        said = [tuple(map(int, record.value.split(b" ")[:2])) for record in own]
        assert said == [*((turn, place) for turn in range(5) for place in range(12)), (9, 0)]
        assert {tuple(record.headers) for record in own[:-1]} == {(("of", key),)}


async def test_small_records_of_a_partition_have_one_answer_between_them(settings: Any) -> None:
    """Catches a way back to one future for each record, which is what made it slow."""
    producer, topic = await producing(settings), wire_name(settings, TOGETHER.name)
    try:
        answers = await confirmed(producer, topic, [(b"key-%d" % (number % 9), b"small") for number in range(300)])
    finally:
        await producer.stop()
    assert answers <= 2 * TOGETHER.partitions


async def test_a_record_that_is_too_large_is_refused_and_what_came_before_it_is_kept(settings: Any) -> None:
    """Catches a record that the broker refuses together with everything that travels beside it."""
    producer, topic = await producing(settings), wire_name(settings, TOGETHER.name)
    answers: list[asyncio.Future[Any]] = []
    try:
        with pytest.raises(MessageSizeTooLargeError):
            records: list[Record] = [
                (b"key", b"first", []),
                (b"key", b"x" * MAX_MESSAGE_BYTES, []),
                (b"key", b"last", []),
            ]
            await send_together(producer, topic, records, answers)
        assert len(answers) == 1
        await asyncio.gather(*answers)
    finally:
        await producer.stop()


async def test_when_a_batch_fails_everybody_in_it_hears_of_it(settings: Any) -> None:
    """Catches a 202 for a record that joined a batch of somebody else, and that the broker then refused."""
    producer, topic = await producing(settings), wire_name(settings, TOGETHER.name)
    first: list[asyncio.Future[Any]] = []
    second: list[asyncio.Future[Any]] = []
    try:
        await send_together(producer, topic, [(b"key", b"first", [])], first)
        await send_together(producer, topic, [(b"key", b"second", [])], second)
        (queue,) = [queue for queue in producer._message_accumulator._batches.values() if queue]
        queue[-1].failure(KafkaError("the broker refused"))
        for answers in (first, second):
            assert len(answers) == 1
            with pytest.raises(KafkaError, match="refused"):
                await answers[0]
    finally:
        await producer.stop()
