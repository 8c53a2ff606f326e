"""Read a subscription's topics with aiokafka: fetch, hand over to the processor, commit the offsets after that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError

from shared.bounded import within
from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.events.offsets import ConsumerOffsets, Superseded
from shared.events.positions import Positions
from shared.events.processor import BATCH, BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.kafka.clients import make_consumer, plain_name, wire_name
from shared.kafka.tolerant_decoder import decode_tolerantly
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge
from shared.worker.parts import WorkerContext

log = get_logger(__name__)

POLL_MS = 1_000
COMMIT_S = 5
# A healthy consumer gets an answer for each of its partitions twice a second, be it an empty one. After so long without
# one the loop does not beat: if the broker answers others, the watchdog ends the process.
SILENT_S = 10.0
# The client may lose its group for good while it goes on fetching, so that nothing is committed any more (seen after a
# broker whose disk had been full). After so long the part ends, and the process begins anew.
COORDINATOR_S = 60.0
LAG = gauge("consumer_lag_records", "Records not yet handled, of the partitions owned here", ["consumer"])


class CoordinatorLost(RuntimeError):
    """The broker answers, and the group takes no commits."""


class ConsumerLoop:
    """A worker part: takes what is there, handles it, and tells the broker after that.

    Where it begins is what its database says (shared.events.offsets). The client goes where the group's commits stand
    whenever partitions are assigned, so records are taken only after it was sent to the right place since.
    """

    def __init__(self, settings: ServiceSettings, subscription: Subscription) -> None:
        self.name = f"consumer:{subscription.consumer}"
        self._settings = settings
        self._subscription = subscription

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Consume for ever. A broker that is away is waited for by the client; what it cannot mend ends the part."""
        offsets = ConsumerOffsets(self._subscription.consumer)
        processor = BatchProcessor(context.database, self._subscription, offsets=offsets, beat=beat)
        consumer = make_consumer(self._settings, self._subscription.consumer)
        positions = Positions(self._settings, context.database, offsets, consumer, beat)
        next_offsets: dict[Any, int] = {}
        uncommitted: dict[Any, int] = {}
        answers, commits = _Answers(), _Commits()
        consumer.subscribe(
            [wire_name(self._settings, topic) for topic in self._subscription.topics], listener=_Listener(uncommitted)
        )
        await _start(consumer, beat)
        try:
            while True:
                batches = await _fetch(consumer)
                answers.look(consumer)
                if batches or not answers.missing:
                    beat()
                try:
                    batches = await positions.admit(batches)
                    if batches:
                        await processor.process(
                            [to_record(self._settings, raw) for records in batches.values() for raw in records]
                        )
                    await positions.flush()
                except Superseded as error:
                    log.warning("positions_read_anew", consumer=self._subscription.consumer, reason=str(error))
                    positions.forget()
                    continue
                if batches:
                    handled = {partition: records[-1].offset + 1 for partition, records in batches.items()}
                    answers.forget()
                    uncommitted.update(handled)
                    next_offsets.update(handled)
                if uncommitted and commits.taken(await commit(consumer, uncommitted), answered=not answers.missing):
                    uncommitted.clear()
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


async def _fetch(consumer: AIOKafkaConsumer) -> dict[Any, list[Any]]:
    try:
        fetched: dict[Any, list[Any]] = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
    except UnicodeDecodeError as error:
        log.error("header_is_no_utf8", error=str(error))
        await decode_tolerantly(consumer)
        return {}
    return fetched


class _Answers:
    """Whether the broker's answers reach this consumer. It may stop asking without any error (aiokafka #1154, #703)."""

    def __init__(self) -> None:
        self._last: dict[Any, tuple[int | None, float]] = {}
        self.missing = False

    def forget(self) -> None:
        """Begin anew: while a batch is handled, full buffers are not filled again."""
        self._last = {}

    def look(self, consumer: AIOKafkaConsumer) -> None:
        """`missing` when a partition owned here had no answer for SILENT_S."""
        now = MACHINE.monotonic()
        last = {}
        for partition in consumer.assignment():
            answered = consumer.last_poll_timestamp(partition)
            before = self._last.get(partition)
            last[partition] = before if before is not None and before[0] == answered else (answered, now)
        self._last = last
        self.missing = any(now - since > SILENT_S for _, since in last.values())


class _Commits:
    """Whether the group's coordinator takes what is committed."""

    def __init__(self) -> None:
        self._refused_since: float | None = None

    def taken(self, taken: bool, *, answered: bool) -> bool:
        """The same. Raises CoordinatorLost when none was taken for COORDINATOR_S from a broker that `answered`: one
        that is away is waited for."""
        now = MACHINE.monotonic()
        if taken or not answered:
            self._refused_since = None
        elif self._refused_since is None:
            self._refused_since = now
        elif now - self._refused_since > COORDINATOR_S:
            raise CoordinatorLost(f"no commit was taken for {COORDINATOR_S:.0f} s")
        return taken


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, uncommitted: dict[Any, int]) -> None:
        self._uncommitted = uncommitted

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """What is not committed will come again, here or elsewhere, and the inbox removes it."""
        self._uncommitted.clear()

    async def on_partitions_assigned(self, assigned: Any) -> None:
        """Log it; a rebalance explains many pauses."""
        log.info("partitions_assigned", partitions=len(assigned))


def to_record(settings: ServiceSettings, raw: Any) -> Record:
    """The client's record as a Record."""
    return Record(
        plain_name(settings, raw.topic), raw.partition, raw.offset, raw.key, raw.value, raw.headers, raw.timestamp
    )


async def commit(consumer: AIOKafkaConsumer, offsets: dict[Any, int]) -> bool:
    """Commit those of `offsets` whose partitions are still owned. False when it should be tried again.

    After a rebalance it may fail for good: what comes again is removed by the inbox.
    """
    own = {partition: offset for partition, offset in offsets.items() if partition in consumer.assignment()}
    if not own:
        return True
    try:
        # Without a coordinator the library would try for ever.
        await within(COMMIT_S, consumer.commit(own))
    except (IllegalStateError, CommitFailedError, ValueError) as error:
        log.info("commit_after_rebalance", error=type(error).__name__)
    except (KafkaError, TimeoutError) as error:
        log.warning("commit_failed", error=type(error).__name__)
        return False
    return True


async def stop(consumer: AIOKafkaConsumer) -> None:
    """Leave the group; bounded, because it can hang (aiokafka #773)."""
    try:
        await within(5, consumer.stop())
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
