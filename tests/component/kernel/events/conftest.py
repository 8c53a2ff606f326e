"""A service with topics of a test's own, that publishes watermarks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka import TopicPartition

from shared.clock import SystemClock
from shared.contracts.topics import WATERMARKS
from shared.database.engine import Database
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, wire_name
from tests.component.kernel.conftest import TOPICS, Settings
from tests.component.kernel.events.marked import OwnSettings, Reader


@pytest.fixture
async def own(settings: Settings) -> OwnSettings:
    """Settings with topics of the test's own."""
    own = OwnSettings(**{**settings.model_dump(), "topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(own, [*TOPICS, WATERMARKS])
    return own


@pytest.fixture
async def writer(own: OwnSettings, database: Database) -> AsyncIterator[Database]:
    """Transactions as the own service opens them. The barrier is reset afterwards."""
    opened = Database(own.database_url, source=own.service, clock=SystemClock(), pool_size=10)
    # A first connection takes longer than the margin between the clock and BEGIN.
    await opened.connect()
    yield opened
    async with opened.transaction() as tx:
        await tx.execute("alter sequence outbox_promised restart")
    await opened.close()


@pytest.fixture
async def reader(own: OwnSettings, writer: Database) -> AsyncIterator[Reader]:
    consumer = make_consumer(own, None)
    consumer.assign([TopicPartition(wire_name(own, WATERMARKS.name), 0)])
    await consumer.start()
    reader = Reader(own, consumer)
    reading = asyncio.create_task(reader.run())
    yield reader
    reading.cancel()
    await asyncio.wait([reading])
    await consumer.stop()
