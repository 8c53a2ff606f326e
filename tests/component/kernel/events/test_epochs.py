"""Versions after the restore of a backup: copies elsewhere must take what is emitted then."""

from __future__ import annotations

import asyncio
from uuid import UUID

import orjson
import pytest
from aiokafka import TopicPartition

from shared.contracts.topics import TOPICS
from shared.database.engine import Database
from shared.database.transaction import EPOCH_BITS
from shared.events import epochs
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, wire_name
from tests.component.kernel.builders import Counted
from tests.component.kernel.events.marked import OwnSettings, relaying

TOPIC = TOPICS["interactions-events"]


@pytest.fixture
async def topic(own: OwnSettings) -> None:
    await create_topics(own, [TOPIC])


async def emit(database: Database, subject: UUID, *numbers: int) -> None:
    """On a topic of this service's own."""
    async with database.transaction() as tx:
        for number in numbers:
            tx.publish(Counted(number=number), subject=subject, topic=TOPIC.name)


async def emitted(own: OwnSettings, subject: UUID) -> list[tuple[int, int]]:
    """(number, version) of a subject's events on the topic, in order."""
    consumer = make_consumer(own, None)
    partitions = [TopicPartition(wire_name(own, TOPIC.name), number) for number in range(TOPIC.partitions)]
    consumer.assign(partitions)
    await consumer.start()
    found = []
    try:
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [orjson.loads(record.value) for record in records]
    finally:
        await consumer.stop()
    return [(body["data"]["number"], body["version"]) for body in found if body["subject"] == str(subject)]


async def relay_all(own: OwnSettings, database: Database) -> None:
    """A relay runs until the outbox is empty."""
    async with relaying(own, database), asyncio.timeout(40):
        while True:
            async with database.transaction() as tx:
                if not await tx.value("select count(*) from outbox where not published"):
                    return
            await asyncio.sleep(0.05)


async def epoch_of(database: Database) -> int:
    async with database.transaction() as tx:
        return int(await tx.value("select coalesce(max(epoch), 0) from epochs"))


async def test_versions_go_on_above_those_that_a_restored_database_has_forgotten(
    own: OwnSettings, writer: Database, topic: None
) -> None:
    """Catches copies that ignore everything which a restored service emits: its versions went back to the backup's."""
    subject, quiet = new_id(), new_id()
    await emit(writer, subject, 1, 2)
    await relay_all(own, writer)
    async with writer.transaction() as tx:
        await tx.execute("create table backup as select * from subjects")
    await emit(writer, subject, 3, 4, 5)
    await emit(writer, quiet, 1)
    await relay_all(own, writer)
    assert await epoch_of(writer) == 0
    async with writer.transaction() as tx:
        await tx.execute("truncate outbox, subjects")
        await tx.execute("insert into subjects select * from backup")
        await tx.execute("drop table backup")

    # An app that was quicker than the relay.
    await emit(writer, subject, 6, 7)
    await relay_all(own, writer)
    await emit(writer, subject, 8)
    await emit(writer, quiet, 2)
    await relay_all(own, writer)

    base = 1 << EPOCH_BITS
    assert await emitted(own, subject) == [
        *[(number, number) for number in range(1, 6)],
        *[(6, base + 1), (7, base + 2), (8, base + 3)],
    ]
    assert await emitted(own, quiet) == [(1, 1), (2, base + 1)]
    assert await epoch_of(writer) == 1


async def test_a_second_restore_is_found_as_well(own: OwnSettings, writer: Database, topic: None) -> None:
    """Catches an epoch that a restore takes back, and one that is raised at each start."""
    subject = new_id()
    await emit(writer, subject, 1)
    await relay_all(own, writer)
    for times in (1, 2):
        async with writer.transaction() as tx:
            await tx.execute("truncate outbox, subjects, epochs")
        for _ in range(3):
            assert await epochs.compare_own_topics(own, writer, lambda: None) == times
        assert await epoch_of(writer) == times
        await emit(writer, subject, 1 + times)
        await relay_all(own, writer)
    assert await emitted(own, subject) == [(1, 1), (2, (1 << EPOCH_BITS) + 1), (3, (2 << EPOCH_BITS) + 1)]


async def test_a_topic_that_is_not_there_yet_holds_nothing(own: OwnSettings, writer: Database) -> None:
    """Catches a new installation whose relay waits for topics that somebody else makes."""
    async with asyncio.timeout(10):
        assert await epochs.compare_own_topics(own, writer, lambda: None) == 0
