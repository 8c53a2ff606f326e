"""A service that publishes watermarks, somebody who reads them as analytics does, and clocks that are wrong."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.clock import MACHINE, SystemClock
from shared.contracts.envelope import read_envelope
from shared.contracts.watermark import read_watermark
from shared.database.engine import Database
from shared.events.relay import Relay
from shared.kafka.clients import make_consumer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import Counted
from tests.component.kernel.conftest import TOPICS, Settings


class OwnSettings(Settings):
    """The test's service under the name of a service that publishes watermarks."""

    service: ClassVar[str] = "interactions"


class FastClock:
    """Business time that runs a hundred times as fast from now on."""

    factor = 100.0

    def __init__(self) -> None:
        self._from, self._began = SystemClock().now(), MACHINE.monotonic()

    def now(self) -> datetime:
        """The business instant."""
        return self._from + timedelta(seconds=(MACHINE.monotonic() - self._began) * self.factor)

    def wall_of(self, business: datetime) -> datetime:
        """When it is that."""
        return self._from + (business - self._from) / self.factor


class JumpedClock(SystemClock):
    """A machine's clock that is ahead of the database's."""

    def __init__(self, **ahead: float) -> None:
        self._ahead = timedelta(**ahead)

    def now(self) -> datetime:
        """Too late."""
        return super().now() + self._ahead


@dataclass
class Reader:
    """Reads watermarks and, at each, asks where the topic of the events ends, as analytics does."""

    settings: OwnSettings
    consumer: AIOKafkaConsumer
    watermarks: list[tuple[datetime, dict[int, int]]] = field(default_factory=list)

    async def run(self) -> None:
        """For ever."""
        topic = wire_name(self.settings, TOPICS[0].name)
        partitions = [TopicPartition(topic, number) for number in range(TOPICS[0].partitions)]
        while True:
            for records in (await self.consumer.getmany(timeout_ms=500)).values():
                watermark = read_watermark(records[-1].value)
                ends = await self.consumer.end_offsets(partitions)
                self.watermarks.append((watermark.until, {tp.partition: end for tp, end in ends.items()}))

    async def watermark_after(self, moment: datetime) -> None:
        """Wait for a watermark at or after `moment`."""
        async with asyncio.timeout(30):
            while not any(until >= moment for until, _ in self.watermarks):
                await asyncio.sleep(0.01)

    async def late_events(self) -> list[str]:
        """Events that came onto the topic after a watermark that covers them."""
        late_events = []
        consumer = make_consumer(self.settings, None)
        topic = wire_name(self.settings, TOPICS[0].name)
        consumer.assign([TopicPartition(topic, number) for number in range(TOPICS[0].partitions)])
        await consumer.start()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for tp, records in (await consumer.getmany(timeout_ms=500)).items():
                    for record in records:
                        event = read_envelope(record.value, {Counted.TYPE: Counted})
                        late = [t for t, at in self.watermarks if event and at[tp.partition] <= record.offset
                                and event.recorded_at <= t]  # fmt: skip
                        late_events += [f"{tp.partition}@{record.offset} after {late[0]}"] if late else []
        finally:
            await consumer.stop()
        return late_events


@contextlib.asynccontextmanager
async def relaying(own: OwnSettings, writer: Database) -> AsyncIterator[asyncio.Task[None]]:
    context = WorkerContext(own, writer, writer.clock, Watchdog([]))
    task = asyncio.create_task(Relay(own).run(context, lambda: None))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
    # A relay that ended by itself has failed, whatever it had published by then.
    if not task.cancelled():
        task.result()
