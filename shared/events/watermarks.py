"""Publish a service's watermark: "every event that this service recorded at or before T is on its topics".

The relay raises the outbox's barrier to T (shared.events.barrier). When the writers who may not have read it have
ended, and the broker has confirmed every row that lay in the outbox then, T is published on the topic `watermarks`. It
stays true for ever, whoever publishes it: an old relay beside its successor publishes nothing wrong.

A promise that lies ahead of the database's clock is refused: that relay's machine has a wrong clock, or the database's.

So that the barrier hardly ever moves a `recorded_at`, T lies before the start of every transaction that the service has
open.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.contracts.topics import WATERMARKS
from shared.contracts.watermark import Watermark
from shared.events.barrier import AHEAD, AHEAD_S, ahead_s, raise_barrier, writers
from shared.kafka.clients import wire_name
from shared.observability.logging import get_logger

log = get_logger(__name__)

EVERY_S = 0.1
# From the reading of the clock to the BEGIN that follows it.
MARGIN_S = 0.03
# A transaction that is open for longer (a report, a stopped process) does not hold the watermark back: the events that
# it emits are recorded after it.
HOLD_S = 2.0
# While a writer is active the relay looks again so soon: from the lock to the commit it is some milliseconds.
_LOOK_S = 0.01

_OPEN = """
    select extract(epoch from max(clock_timestamp() - xact_start))::float8 as open_s, clock_timestamp() as wall
    from pg_stat_activity
    where datname = current_database() and application_name = $1
      and xact_start > clock_timestamp() - make_interval(secs => $2)
"""
_NEWEST = "select max(id) from outbox where not published"


@dataclass(slots=True)
class _Barrier:
    """The barrier that was raised last and whose watermark is not yet published."""

    until: datetime
    # Transactions that may have read an older barrier.
    writers: set[str]
    # The newest row that must have reached the topics, once it is known.
    newest: int | None = None


class WatermarkPublisher:
    """The watermarks of one relay while it is the active one: it calls `before_read` and `after_read` around each look
    at the outbox.

    For a service whose watermarks nobody reads they do nothing.
    """

    def __init__(self, settings: ServiceSettings, context: Any, producer: AIOKafkaProducer) -> None:
        self._service = settings.service
        self._topic = wire_name(settings, WATERMARKS.name)
        self._context = context
        self._producer = producer
        self._barrier: _Barrier | None = None
        self._next_at = 0.0 if settings.service in WATERMARKS.producers else math.inf
        self._sending: asyncio.Task[None] | None = None

    async def before_read(self, connection: Any) -> None:
        """Raise the barrier when it is time; see whether those who wrote before that have ended."""
        if self._barrier is None:
            if MACHINE.monotonic() < self._next_at:
                return
            clock = self._context.clock
            now = clock.now()
            found = await connection.fetchrow(_OPEN, self._service, HOLD_S)
            until = safe_until(now, found["open_s"], clock.factor)
            if (ahead := ahead_s(clock, until, found["wall"])) > AHEAD_S:
                # No promise at all: lapses wait, and nothing wrong is recorded for ever.
                AHEAD.sound(seconds=round(ahead, 3), of="promise")
                self._next_at = MACHINE.monotonic() + EVERY_S
                return
            await raise_barrier(connection, until)
            self._barrier = _Barrier(until, await writers(connection))
        elif self._barrier.writers:
            self._barrier.writers &= await writers(connection)

    async def after_read(self, connection: Any, oldest: int | None) -> None:
        """Publish the watermark if every event up to it has reached its topic. `oldest` is the first row that the
        broker has not confirmed, if any."""
        barrier = self._barrier
        if barrier is None or barrier.writers:
            return
        if oldest is not None and barrier.newest is None:
            barrier.newest = await connection.fetchval(_NEWEST)
        if oldest is None or (barrier.newest is not None and oldest > barrier.newest):
            self._barrier = None
            self._publish(barrier.until)

    def pause(self, most: float) -> float:
        """For how long the relay may wait when nothing is in the outbox, in seconds; at most `most`."""
        if self._barrier is not None:
            return _LOOK_S
        return max(0.0, min(most, self._next_at - MACHINE.monotonic()))

    def stop(self) -> None:
        """Publish nothing more."""
        if self._sending is not None:
            self._sending.cancel()

    def _publish(self, until: datetime) -> None:
        self._next_at = MACHINE.monotonic() + EVERY_S
        # One at a time: while the broker is away they would pile up, and only the newest counts.
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send(Watermark(service=self._service, until=until)))

    async def _send(self, watermark: Watermark) -> None:
        try:
            await self._producer.send_and_wait(self._topic, watermark.to_bytes(), key=watermark.service.encode())
        except KafkaError as error:
            log.warning("watermark_not_sent", error=type(error).__name__)


@asynccontextmanager
async def publishing_watermarks(
    settings: ServiceSettings, context: Any, producer: AIOKafkaProducer
) -> AsyncIterator[WatermarkPublisher]:
    """The watermark publisher of a relay, stopped afterwards. `context` has the business clock."""
    publisher = WatermarkPublisher(settings, context, producer)
    try:
        yield publisher
    finally:
        publisher.stop()


def safe_until(now: datetime, open_s: float | None, factor: float) -> datetime:
    """How high the barrier may go at `now` (business time, `factor` times as fast as the machine's) so that no
    transaction has to move its instant, when the oldest is open for `open_s` machine seconds."""
    return now - timedelta(seconds=((open_s or 0.0) + MARGIN_S) * factor)
