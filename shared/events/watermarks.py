"""The relay's watermark: "every event that this service recorded at or before T is on its topics".

T is promised to the outbox (shared.events.barrier). When the writers who may not know of it have ended, and the
broker has confirmed every row that lay in the outbox then, T is said on its topic. It stays true for ever, whoever says
it: an old relay beside its successor says nothing wrong.

So that the promise hardly ever moves a `recorded_at`, T lies before the start of every transaction that the service has
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
from shared.events.barrier import promise, writers
from shared.kafka.clients import wire_name
from shared.observability.logging import get_logger

log = get_logger(__name__)

EVERY_S = 0.1
# From the reading of the clock to the BEGIN that follows it.
MARGIN_S = 0.03
# A transaction that is open for longer (a report, a stopped process) does not hold the watermark back: what it says is
# recorded after it.
HOLD_S = 2.0
# While somebody writes, it is looked again so soon: from the lock to the commit it is some milliseconds.
_LOOK_S = 0.01

_OPEN = """
    select extract(epoch from max(clock_timestamp() - xact_start))::float8 from pg_stat_activity
    where datname = current_database() and application_name = $1
      and xact_start > clock_timestamp() - make_interval(secs => $2)
"""
_NEWEST = "select max(id) from outbox where not published"


@dataclass(slots=True)
class _Promised:
    until: datetime
    writers: set[str]
    # The newest row that must have gone, once it is known.
    newest: int | None = None


class Marks:
    """The watermarks of one relay while it is the active one: it calls `before` and `after` each look at the outbox.

    Of a service whose watermarks nobody hears they do nothing.
    """

    def __init__(self, settings: ServiceSettings, context: Any, producer: AIOKafkaProducer) -> None:
        self._service = settings.service
        self._topic = wire_name(settings, WATERMARKS.name)
        self._context = context
        self._producer = producer
        self._promised: _Promised | None = None
        self._next_at = 0.0 if settings.service in WATERMARKS.producers else math.inf
        self._saying: asyncio.Task[None] | None = None

    async def before(self, connection: Any) -> None:
        """Promise when it is time; see whether those who wrote before the promise have ended."""
        if self._promised is None:
            if MACHINE.monotonic() < self._next_at:
                return
            clock = self._context.clock
            now = clock.now()
            until = safe_until(now, await connection.fetchval(_OPEN, self._service, HOLD_S), clock.factor)
            await promise(connection, until)
            self._promised = _Promised(until, await writers(connection))
        elif self._promised.writers:
            self._promised.writers &= await writers(connection)

    async def after(self, connection: Any, oldest: int | None) -> None:
        """Say the watermark if all has gone. `oldest` is the first row that the broker has not confirmed, if any."""
        promised = self._promised
        if promised is None or promised.writers:
            return
        if oldest is not None and promised.newest is None:
            promised.newest = await connection.fetchval(_NEWEST)
        if oldest is None or (promised.newest is not None and oldest > promised.newest):
            self._promised = None
            self._say(promised.until)

    def pause(self, most: float) -> float:
        """For how long the relay may wait when nothing is in the outbox, in seconds; at most `most`."""
        if self._promised is not None:
            return _LOOK_S
        return max(0.0, min(most, self._next_at - MACHINE.monotonic()))

    def stop(self) -> None:
        """Say nothing more."""
        if self._saying is not None:
            self._saying.cancel()

    def _say(self, until: datetime) -> None:
        self._next_at = MACHINE.monotonic() + EVERY_S
        # One at a time: while the broker is away they would pile up, and only the newest counts.
        if self._saying is None or self._saying.done():
            self._saying = asyncio.create_task(self._send(Watermark(service=self._service, until=until)))

    async def _send(self, mark: Watermark) -> None:
        try:
            await self._producer.send_and_wait(self._topic, mark.to_bytes(), key=mark.service.encode())
        except KafkaError as error:
            log.warning("watermark_not_said", error=type(error).__name__)


@asynccontextmanager
async def marking(settings: ServiceSettings, context: Any, producer: AIOKafkaProducer) -> AsyncIterator[Marks]:
    """The marks of a relay, silent afterwards. `context` has the business clock."""
    marks = Marks(settings, context, producer)
    try:
        yield marks
    finally:
        marks.stop()


def safe_until(now: datetime, open_s: float | None, factor: float) -> datetime:
    """What may be promised at `now` (business time, `factor` times as fast as the machine's) so that no transaction has
    to move its instant, when the oldest is open for `open_s` machine seconds."""
    return now - timedelta(seconds=((open_s or 0.0) + MARGIN_S) * factor)
