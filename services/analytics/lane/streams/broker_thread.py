"""The thread that speaks to the broker: Faust's consumer thread with fetches of our sizes, and calls from outside."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import aiokafka
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from services.analytics.lane.streams.feed import Fetch
from shared.bounded import within
from shared.events.offsets import AtTheBroker, Place
from shared.events.positions import ASK_S, at_the_broker
from shared.observability.logging import get_logger

log = get_logger(__name__)

R = TypeVar("R")

SESSION_S = 8
HEARTBEAT_S = 2
# Small fetches eat the gain of batches: the broker waits for 48 kB, 50 ms at most. At 3,000 events/s
# the median of a change is 116 ms so, 137 with 16 kB, for a little less processor time (four runs of each).
FETCH_MIN_BYTES = 49_152
FETCH_MAX_WAIT_MS = 50
FETCH_TIMEOUT_S = 0.25
MAX_RECORDS = 1_000
# The lane may wait for a database that is away for hours; the heartbeat thread keeps the membership meanwhile.
MAX_POLL_S = 7 * 86_400


class BrokerThread(AIOKafkaConsumerThread):
    """The thread that speaks to the broker."""

    app: Any

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            **self.app.connection,
            partition_assignment_strategy=[RangePartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_poll_records=MAX_RECORDS,
            max_poll_interval_ms=MAX_POLL_S * 1000,
            max_partition_fetch_bytes=1_048_576,
            fetch_min_bytes=FETCH_MIN_BYTES,
            fetch_max_wait_ms=FETCH_MAX_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            session_timeout_ms=SESSION_S * 1000,
            heartbeat_interval_ms=HEARTBEAT_S * 1000,
            rebalance_timeout_ms=SESSION_S * 1000,
            metadata_max_age_ms=60_000,
        )

    async def call(self, work: Callable[[], Awaitable[R]]) -> R:
        """Run `work` in the consumer's own loop; mode's queue of calls has two workers, one of which waits in fetch."""

        async def run() -> R:
            return await work()

        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(run(), self.thread_loop))

    async def fetch(self, active: set[TP], still_wanted: Callable[[], bool]) -> Fetch:
        """The next records, and what the broker still holds at that moment."""
        return await self.call(lambda: self._fetch(active, still_wanted))

    async def _fetch(self, active: set[TP], still_wanted: Callable[[], bool]) -> Fetch:
        consumer = self._ensure_consumer()
        records = await self._fetch_records(consumer, active, timeout=FETCH_TIMEOUT_S, max_records=MAX_RECORDS)
        positions: dict[TP, int] = {}
        unread: set[TP] = set()
        if not still_wanted():
            # A whole rebalance fits into one fetch. These records may be of the new assignment, whose position has
            # passed them: dropped without this, they would never be read.
            for at, got in records.items():
                with contextlib.suppress(IllegalStateError):
                    consumer.seek(TopicPartition(at.topic, at.partition), got[0].offset)
            return Fetch({}, positions, unread)
        subscription = consumer._fetcher._subscriptions.subscription
        assignment = subscription.assignment if subscription else None
        if assignment is None:
            return Fetch({}, positions, unread)
        for at in assignment.tps:
            state = assignment.state_value(at)
            tp = TP(at.topic, at.partition)
            if state.has_valid_position:
                positions[tp] = state.position
            if not state.has_valid_position or state.highwater is None or state.position < state.highwater:
                unread.add(tp)
        return Fetch({TP(tp.topic, tp.partition): got for tp, got in records.items()}, positions, unread)

    async def ends(self, tps: Iterable[TP]) -> dict[TP, int]:
        """The end offsets as the broker has them now."""
        asked = [TopicPartition(tp.topic, tp.partition) for tp in tps]
        answer = await self.call(lambda: self._ensure_consumer().end_offsets(asked))
        return {TP(tp.topic, tp.partition): end for tp, end in answer.items()}

    async def at_the_broker(self, tps: Iterable[TP], place_of: Callable[[Any], Place]) -> dict[Place, AtTheBroker]:
        """What the broker has of these partitions. Raises TimeoutError."""
        asked = [TopicPartition(tp.topic, tp.partition) for tp in tps]
        return await within(ASK_S, self.call(lambda: at_the_broker(self._ensure_consumer(), asked, place_of)))

    async def seek_to(self, offsets: Mapping[TP, int]) -> None:
        """The next fetch begins there. Raises IllegalStateError for a partition that has gone elsewhere."""

        async def seek() -> None:
            for tp, offset in offsets.items():
                self._ensure_consumer().seek(TopicPartition(tp.topic, tp.partition), offset)

        await self.call(seek)

    async def commit_handled(self, offsets: Mapping[TP, int]) -> bool:
        """Commit; False when the group has moved on (what was handled comes again and the inbox removes it)."""
        return await self.call(lambda: self._commit(offsets))

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        own = {TopicPartition(*tp): OffsetAndMetadata(at, "") for tp, at in offsets.items() if tp in self.assignment()}
        if not own:
            return False
        try:
            await self._ensure_consumer().commit(own)
        except (CommitFailedError, IllegalStateError, ValueError) as error:
            log.info("commit_after_rebalance", error=type(error).__name__)
            return False
        except KafkaError as error:
            log.warning("commit_failed", error=type(error).__name__)
            return False
        return True
