"""Rows that travel in batches arrive in the order in which they were emitted."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson

from shared.database.engine import Database
from shared.ids import new_id
from shared.kafka.clients import make_consumer, wire_name
from tests.component.kernel.events.test_relay import Noted, all_published, relaying


async def test_many_batches_of_one_partition_keep_their_order(database: Database, settings: Any) -> None:
    """Catches rows that overtake others when a batch is full, and a row that is sent without its headers."""
    subjects = [new_id() for _ in range(5)]
    consumer = make_consumer(settings, "order")
    consumer.subscribe([wire_name(settings, "tests-events")])
    await consumer.start()
    while not consumer.assignment():
        await asyncio.sleep(0.05)
    # Other tests leave records in this topic that only a tolerant reader can read.
    await consumer.seek_to_end()
    async with database.transaction() as tx:
        for number in range(600):
            tx.publish(Noted(text=f"{number:04d}" + "x" * 4_000), subject=subjects[number % 5])
    async with relaying(settings):
        await all_published(database, 600)
    keys: dict[bytes, list[int]] = {str(subject).encode(): [] for subject in subjects}
    try:
        async with asyncio.timeout(30):
            while sum(map(len, keys.values())) < 600:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        if record.key in keys:
                            assert dict(record.headers)["type"] == Noted.TYPE.encode()
                            keys[record.key].append(int(orjson.loads(record.value)["data"]["text"][:4]))
    finally:
        await consumer.stop()
    assert [*keys.values()] == [list(range(first, 600, 5)) for first in range(5)]
