"""Read the stretch of a topic again on which a flood of poison was counted instead of kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.config import ServiceSettings
from shared.events.consumer_loop import stop, to_record
from shared.events.processor import BatchProcessor
from shared.kafka.clients import make_consumer, wire_name

ASK_S = 5.0
_CHUNK = 500


class StretchGone(RuntimeError):
    """The topic no longer holds all of it."""


async def read_again(
    settings: ServiceSettings,
    processor: BatchProcessor,
    topic: str,
    partition: int,
    flood: dict[str, Any],
    beat: Callable[[], None],
) -> None:
    """Every record of the stretch has its effect, had it before, or is put away anew.

    Raises StretchGone, KafkaError.
    """
    consumer = make_consumer(settings, None)
    place = TopicPartition(wire_name(settings, topic), partition)
    consumer.assign([place])
    try:
        await consumer.start()
        await _seek(consumer, place, flood["first_offset"])
        last = flood["last_offset"]
        while await consumer.position(place) <= last:
            beat()
            async with asyncio.timeout(ASK_S):
                fetched = await consumer.getmany(place, timeout_ms=1_000, max_records=_CHUNK)
            records = [to_record(settings, raw) for raw in fetched.get(place, []) if raw.offset <= last]
            if records:
                await processor.process(records)
    finally:
        await stop(consumer)


async def _seek(consumer: AIOKafkaConsumer, place: TopicPartition, first: int) -> None:
    async with asyncio.timeout(ASK_S):
        begin = (await consumer.beginning_offsets([place]))[place]
    if begin > first:
        raise StretchGone(f"{place.topic}[{place.partition}] begins at {begin}")
    consumer.seek(place, first)
