"""How far the services whose events are handled here have brought them onto their topics, by their relays' watermarks.

A service that sent a watermark once holds every lapse back when it falls silent: it may have recorded what would keep a
customer in a segment. One that never sent any (not deployed, not yet begun) cannot; for it counts what held before
there were watermarks: what was recorded a little while ago is on the topics.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.clock import MACHINE, Clock
from shared.config import ServiceSettings
from shared.contracts.envelope import Unreadable
from shared.contracts.topics import TOPICS, WATERMARKS
from shared.contracts.watermark import Watermark, read_watermark
from shared.events.consumer_loop import stop
from shared.kafka.clients import make_consumer, wire_name
from shared.observability.logging import get_logger
from shared.observability.metrics import gauge

log = get_logger(__name__)

# For services without a watermark: the recording transaction, the relay's round, its linger and the broker's answer.
ALLOWANCE_S = 0.3
# Longer than a relay needs to change its process after a kill (its lock, 5 s at most beside a live database).
LATE_S = 10.0
# The relays speak ten times a second. When none comes, it may be this consumer that gets nothing (aiokafka #1154).
SILENT_S = 10.0

AGE = gauge("lapse_watermark_age_seconds", "All that a service recorded so long ago is on its topics", ["service"])


def marked_services(topics: Sequence[str]) -> set[str]:
    """The services whose watermarks tell of these topics."""
    return {service for topic in topics for service in TOPICS[topic].producers} & set(WATERMARKS.producers)


class Watermarks:
    """The newest watermark of each service. Nothing is covered before the topic was read to its end as of the start."""

    def __init__(self, services: Iterable[str]) -> None:
        self._services = frozenset(services)
        self._until: dict[str, datetime] = {}
        self._late: set[str] = set()
        self.complete = False

    def update(self, mark: Watermark) -> None:
        """Take one in. They only grow: an old relay beside its successor has a true and lower one."""
        if mark.service in self._services:
            before = self._until.get(mark.service)
            self._until[mark.service] = mark.until if before is None else max(before, mark.until)

    def forget(self, service: str) -> None:
        """An operator has taken it out of the installation: it counts as one without a watermark."""
        self._until.pop(service, None)

    def least(self, clock: Clock) -> datetime | None:
        """The business instant up to which everything recorded is on the topics, not after now; None: not yet known."""
        if not self.complete:
            return None
        now = clock.now()
        missing = self._services > self._until.keys()
        others = now - timedelta(seconds=ALLOWANCE_S * clock.factor) if missing else now
        return min([others, *self._until.values()])

    def late(self, clock: Clock) -> dict[str, float]:
        """Services that hold lapses back, and by how many machine seconds. Logs it once, and when it ends."""
        now = clock.now()
        ages = {service: (now - until).total_seconds() / clock.factor for service, until in self._until.items()}
        for service, age in ages.items():
            AGE.labels(service).set(round(age, 3))
        late = {service: round(age, 1) for service, age in ages.items() if age > LATE_S}
        for service in late.keys() - self._late:
            log.warning("lapses_wait_for_a_service", held_by=service, seconds=late[service])
        for service in self._late - late.keys():
            log.info("lapses_wait_no_more", held_by=service)
        self._late = set(late)
        return late


async def follow(settings: ServiceSettings, watermarks: Watermarks) -> None:
    """Read for ever, from the topic's beginning on; a broker that is away is waited for."""
    partition = TopicPartition(wire_name(settings, WATERMARKS.name), 0)
    while True:
        consumer = make_consumer(settings, None)
        consumer.assign([partition])
        try:
            await consumer.start()
            await _read(consumer, partition, watermarks)
        except (KafkaError, OSError) as error:
            log.warning("watermarks_not_read", error=type(error).__name__)
        finally:
            await stop(consumer)
        await MACHINE.sleep(1.0)


async def _read(consumer: AIOKafkaConsumer, partition: TopicPartition, watermarks: Watermarks) -> None:
    """Until nothing comes for a while."""
    await consumer.seek_to_beginning(partition)
    end = (await consumer.end_offsets([partition]))[partition]
    received_at = MACHINE.monotonic()
    while MACHINE.monotonic() - received_at < SILENT_S:
        if not watermarks.complete and await consumer.position(partition) >= end:
            watermarks.complete = True
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            received_at = MACHINE.monotonic()
            for record in records:
                _take(watermarks, record)


def _take(watermarks: Watermarks, record: Any) -> None:
    if record.value is None and record.key is not None:
        watermarks.forget(record.key.decode(errors="replace"))
        return
    try:
        watermarks.update(read_watermark(record.value))
    except Unreadable as error:
        log.warning("watermark_unreadable", offset=record.offset, error=str(error))
