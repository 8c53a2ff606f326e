"""The aiokafka loop of one subscription."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.consumer import BATCH, BatchProcessor, Record, Subscription
from shared.kafka import make_consumer, plain_name, wire_name
from shared.logging import get_logger
from shared.metrics import gauge

if TYPE_CHECKING:
    from shared.worker import WorkerContext

log = get_logger(__name__)

POLL_MS = 1_000
LAG = gauge("consumer_lag_records", "Records not yet handled, of the partitions owned here", ["consumer"])


class ConsumerLoop:
    """A worker part: takes what is there, handles it, commits the offsets after."""

    def __init__(self, settings: ServiceSettings, subscription: Subscription) -> None:
        self.name = f"consumer:{subscription.consumer}"
        self._settings = settings
        self._subscription = subscription

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Consume for ever. A broker that is away is waited for by the client; what it cannot mend ends the part."""
        processor = BatchProcessor(context.database, self._subscription, beat=beat)
        consumer = make_consumer(self._settings, self._subscription.consumer)
        consumer.subscribe(
            [wire_name(self._settings, topic) for topic in self._subscription.topics], listener=_Listener()
        )
        await _start(consumer, beat)
        next_offsets: dict[Any, int] = {}
        try:
            while True:
                beat()
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
                if batches:
                    await processor.process(
                        [to_record(self._settings, raw) for records in batches.values() for raw in records]
                    )
                    handled = {partition: records[-1].offset + 1 for partition, records in batches.items()}
                    await commit(consumer, handled)
                    next_offsets.update(handled)
                self._measure(consumer, next_offsets)
        finally:
            await stop(consumer)

    def _measure(self, consumer: AIOKafkaConsumer, next_offsets: dict[Any, int]) -> None:
        for partition in list(next_offsets):
            if partition not in consumer.assignment():
                del next_offsets[partition]
        ends = {partition: consumer.highwater(partition) or 0 for partition in next_offsets}
        LAG.labels(self._subscription.consumer).set(
            sum(max(0, ends[partition] - offset) for partition, offset in next_offsets.items())
        )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Nothing to do: no state is kept in the process."""

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Say so; a rebalance explains many pauses."""
        log.info("partitions_assigned", partitions=len(assigned))


def to_record(settings: ServiceSettings, raw: Any) -> Record:
    """The client's record in our own words."""
    return Record(
        plain_name(settings, raw.topic), raw.partition, raw.offset, raw.key, raw.value, raw.headers, raw.timestamp
    )


async def commit(consumer: AIOKafkaConsumer, offsets: dict[Any, int]) -> None:
    """Commit `offsets`. After a rebalance that may fail: what comes again is removed by the inbox."""
    try:
        await consumer.commit(offsets)
    except (IllegalStateError, CommitFailedError, ValueError) as error:
        log.info("commit_after_rebalance", error=type(error).__name__)
    except KafkaError as error:
        log.warning("commit_failed", error=type(error).__name__)


async def stop(consumer: AIOKafkaConsumer) -> None:
    """Leave the group; bounded, because it can hang (aiokafka #773)."""
    try:
        await asyncio.wait_for(consumer.stop(), 5)
    except (TimeoutError, KafkaError) as error:
        log.warning("consumer_stop", error=type(error).__name__)


async def _start(consumer: AIOKafkaConsumer, beat: Callable[[], None]) -> None:
    while True:
        beat()
        try:
            await consumer.start()
            return
        except (KafkaError, OSError) as error:
            log.warning("waiting_for_the_broker", error=type(error).__name__)
            await MACHINE.sleep(1.0)
