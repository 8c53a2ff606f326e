"""Read back what privacy itself has published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.privacy.recovery.domain import KINDS
from shared.bounded import within
from shared.config import ServiceSettings
from shared.contracts.envelope import Envelope, Fact, Unreadable, read_envelope
from shared.contracts.topics import TOPICS
from shared.kafka.clients import make_consumer, wire_name

TOPIC = "privacy-events"
_ASK_S = 5.0
_KNOWN: dict[str, type[Fact]] = {kind.TYPE: kind for kind in KINDS}


async def published_since(settings: ServiceSettings, since_ms: int, beat: Callable[[], None]) -> list[Envelope[Any]]:
    """Facts on the own topic that the broker took at or after `since_ms`, each partition in its order. Raises
    KafkaError, TimeoutError."""
    consumer = make_consumer(settings, None)
    found: list[Envelope[Any]] = []
    try:
        await consumer.start()
        async with asyncio.timeout(_ASK_S):
            ends = await _seek(settings, consumer, since_ms)
        while behind := [place for place, end in ends.items() if await consumer.position(place) < end]:
            beat()
            async with asyncio.timeout(_ASK_S):
                batches = await consumer.getmany(*behind, timeout_ms=1_000)
            for record in (record for records in batches.values() for record in records):
                event = _read(record.value)
                if event is not None:
                    found.append(event)
    finally:
        await within(_ASK_S, consumer.stop())
    return found


async def _seek(settings: ServiceSettings, consumer: AIOKafkaConsumer, since_ms: int) -> dict[TopicPartition, int]:
    name = wire_name(settings, TOPIC)
    if name not in await consumer.topics():
        return {}
    places = [TopicPartition(name, number) for number in range(TOPICS[TOPIC].partitions)]
    consumer.assign(places)
    ends: dict[TopicPartition, int] = await consumer.end_offsets(places)
    for place, first in (await consumer.offsets_for_times(dict.fromkeys(places, since_ms))).items():
        consumer.seek(place, ends[place] if first is None else first.offset)
    return ends


def _read(value: bytes | None) -> Envelope[Any] | None:
    try:
        return read_envelope(value or b"", _KNOWN)
    except Unreadable:
        return None
