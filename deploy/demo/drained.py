"""Waits until nothing is under way: every group at the end of its topics, every outbox empty, no message due."""

from __future__ import annotations

from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.demo.checker import Checker
from deploy.demo.places import Places
from shared.clock import MACHINE
from shared.contracts.topics import TOPICS
from shared.kafka.clients import make_consumer, wire_name
from shared.kafka.connecting import connection_of

_PAUSE_S = 0.5
# Every consumer group with the topics that it reads, written down here: a group that never committed anything, or that
# the broker does not know, has read nothing.
GROUPS: dict[str, tuple[str, ...]] = {
    "interactions-inbound": ("interactions-inbound",),
    "interactions-settled": ("campaigns-events",),
    "interactions": ("customers-events", "privacy-events"),
    "customers-inbound": ("customers-inbound",),
    "customers-purchases": ("interactions-events",),
    "customers-erasures": ("privacy-events",),
    "analytics": ("interactions-events", "customers-events", "privacy-events"),
    "campaigns": ("interactions-events", "customers-events", "analytics-events", "privacy-events"),
    "privacy": ("customers-events", "interactions-events", "analytics-events", "campaigns-events"),
}
# An event that was emitted a moment ago may not be in any outbox's or group's figures yet.
_QUIET_LOOKS = 3
_DUE = "select count(*) from messages where state = 'claimed' or (state = 'waiting' and not_before <= $1)"


class NotDrained(RuntimeError):
    """Something is still under way after the time given; the text says what."""


async def wait_until_drained(places: Places, checker: Checker, limit_s: float, log: Callable[[str], None]) -> None:
    """Return when several looks in a row found nothing under way. Raises NotDrained."""
    deadline = MACHINE.monotonic() + limit_s
    quiet, logged_at = 0, MACHINE.monotonic()
    async with Broker(places) as broker:
        while quiet < _QUIET_LOOKS:
            left = await _left(places, checker, broker)
            quiet = 0 if left else quiet + 1
            if left and MACHINE.monotonic() > deadline:
                raise NotDrained(f"after {limit_s:.0f} s there is still: {left}")
            if left and MACHINE.monotonic() - logged_at > 5:
                logged_at = MACHINE.monotonic()
                log(f"… {left}")
            await MACHINE.sleep(_PAUSE_S)


async def _left(places: Places, checker: Checker, broker: Broker) -> str:
    lags = await broker.lags()
    unpublished = {service: await checker.value(service, _OUTBOX) for service in places.databases}
    due = await checker.value("campaigns", _DUE, places.clock.now())
    parts = [f"{lag} records for {group}" for group, lag in lags.items() if lag]
    parts += [f"{count} in the outbox of {service}" for service, count in unpublished.items() if count]
    return ", ".join([*parts, *([f"{due} messages due"] if due else [])])


_OUTBOX = "select count(*) from outbox where not published"


class Broker:
    """Asks the broker how far each group of this installation has read; use it as a context."""

    def __init__(self, places: Places) -> None:
        self._settings = places.kafka_settings
        self._admin = AIOKafkaAdminClient(**connection_of(self._settings))
        self._observer: AIOKafkaConsumer = make_consumer(self._settings, "demo-observer")

    async def __aenter__(self) -> Broker:
        await self._admin.start()
        await self._observer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._observer.stop()
        await self._admin.close()

    async def lags(self) -> dict[str, int]:
        """Records that each group has yet to read. A partition it never committed is unread from its beginning."""
        lags = {}
        for group, topics in GROUPS.items():
            committed = await self._admin.list_consumer_group_offsets(f"{self._settings.topic_prefix}{group}")
            partitions = [
                TopicPartition(wire_name(self._settings, topic), number)
                for topic in topics
                for number in range(TOPICS[topic].partitions)
            ]
            lags[group] = await self._lag(partitions, committed)
        return lags

    async def _lag(self, partitions: list[TopicPartition], committed: dict[TopicPartition, object]) -> int:
        ends = await self._observer.end_offsets(partitions)
        begins = await self._observer.beginning_offsets(partitions)
        lag = 0
        for partition in partitions:
            offset = getattr(committed.get(partition), "offset", -1)
            lag += max(0, ends[partition] - (offset if offset >= 0 else begins[partition]))
        return lag
