"""Before anything is sent, compare the own topic with the ledger, which may lack hand-overs that the topic has.

It does when the database was restored from a backup. Sending waits until they are entered, so that what was sent after
the backup, or may have been, is not sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.campaigns.delivery import repository, service
from shared.bounded import within
from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope, Fact, Unreadable, read_envelope
from shared.contracts.topics import TOPICS
from shared.database.engine import Database, is_transient
from shared.kafka.clients import make_consumer, wire_name
from shared.observability.logging import get_logger

log = get_logger(__name__)

_RETRY_S = 1.0
_ASK_S = 5.0
_KNOWN: dict[str, type[Fact]] = {MessageSettled.TYPE: MessageSettled}


async def compare_own_topic(database: Database, settings: ServiceSettings, beat: Callable[[], None]) -> int:
    """Returns when everything up to the topic's present end is compared, however long broker or database are away.
    Returns how many hand-overs were unknown."""
    while True:
        beat()
        try:
            return await _load(database, settings, beat)
        except Exception as error:
            if not isinstance(error, KafkaError) and not is_transient(error):
                raise
            log.warning("own_topic_not_compared", error=type(error).__name__)
            await MACHINE.sleep(_RETRY_S)


async def _load(database: Database, settings: ServiceSettings, beat: Callable[[], None]) -> int:
    consumer = make_consumer(settings, "campaigns-own-topic")
    try:
        await consumer.start()
        topic = wire_name(settings, MessageSettled.TOPIC)
        # From the contract, not from the broker's metadata: a topic that is not there yet must not look compared.
        partitions = [TopicPartition(topic, n) for n in range(TOPICS[MessageSettled.TOPIC].partitions)]
        consumer.assign(partitions)
        return await _compare(database, consumer, partitions, beat)
    finally:
        await within(5, consumer.stop())


async def _compare(
    database: Database, consumer: AIOKafkaConsumer, partitions: list[TopicPartition], beat: Callable[[], None]
) -> int:
    async with database.transaction() as tx:
        reached = await repository.offsets(tx)
    # The client itself would wait for 40 s, longer than the watchdog lets a part be silent.
    async with asyncio.timeout(_ASK_S):
        ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
        begins: dict[TopicPartition, int] = await consumer.beginning_offsets(partitions)
    for partition in partitions:
        # A topic that was made anew is shorter than what was reached: from its beginning, then.
        known = reached.get(partition.partition, 0)
        consumer.seek(partition, known if begins[partition] <= known <= ends[partition] else begins[partition])
    added = 0
    while True:
        behind = [partition for partition in partitions if await consumer.position(partition) < ends[partition]]
        if not behind:
            break
        beat()
        batches = await consumer.getmany(*behind, timeout_ms=500, max_records=2_000)
        records = [record for batch in batches.values() for record in batch]
        added += await _add(database, records)
    async with database.transaction() as tx:
        await repository.save_offsets(tx, {partition.partition: ends[partition] for partition in partitions})
    if added:
        log.warning("hand_overs_were_unknown", count=added)
    return added


async def _add(database: Database, records: list[Any]) -> int:
    async with database.transaction() as tx:
        settled = [event for record in records if (event := _settled(record.value)) is not None]
        return await service.enter_hand_overs(tx, settled)


def _settled(value: bytes | None) -> Envelope[MessageSettled] | None:
    try:
        return read_envelope(value or b"", _KNOWN)
    except Unreadable:
        return None
