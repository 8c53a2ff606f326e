"""Take a promise back that is stuck in the future: what a database's clock that was ahead once has left behind.

As long as it stands, every event of the service is recorded at its instant. Only by hand, while no relay of the service
runs: whoever reads the watermarks is told to forget what it has heard of the service.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from shared.clock import MACHINE, Clock
from shared.config import ServiceSettings
from shared.contracts.topics import WATERMARKS
from shared.database.engine import COMMAND_TIMEOUT_S
from shared.database.exclusive import exclusive
from shared.errors import Conflict
from shared.events.barrier import AHEAD_S, ahead_s, lower_barrier, promised, writers
from shared.kafka.clients import make_producer, stop_producer, wire_name

_WRITERS_END_S = 30.0
# Those that were stored in the outbox lately; it keeps them for some days.
_RECORDED_AFTER = """
    select count(*) from outbox
    where (convert_from(value, 'UTF8')::jsonb->>'recorded_at')::timestamptz > $1
"""


class RelayIsRunning(Conflict):
    """A worker of the service is running: its relay relies on what it has promised."""

    slug, title = "relay-is-running", "A relay of the service is running"


@dataclass(frozen=True, slots=True)
class ClockRepair:
    """`promised` is what was found, `lowered_to` what it is now (None: it was right), and `events` of the last days
    bear an instant after that: whoever has handled them has seen the future."""

    promised: datetime
    lowered_to: datetime | None = None
    events: int = 0


async def repair_clock(settings: ServiceSettings, clock: Clock) -> ClockRepair:
    """The service's promise lies no more than AHEAD_S ahead of its database's clock. Raises RelayIsRunning."""
    async with exclusive(settings.database_url, "relay") as acquired:
        if not acquired:
            raise RelayIsRunning(
                f"A relay of {settings.service} is running.", cure="Stop every worker of the service first."
            )
        connection = await asyncpg.connect(settings.database_url, timeout=5, command_timeout=COMMAND_TIMEOUT_S)
        try:
            return await _repair(settings, clock, connection)
        finally:
            await connection.close()


async def _repair(settings: ServiceSettings, clock: Clock, connection: Any) -> ClockRepair:
    found = await promised(connection)
    ahead = ahead_s(clock, found, await connection.fetchval("select clock_timestamp()"))
    if ahead <= AHEAD_S:
        return ClockRepair(found)
    present = found - timedelta(seconds=ahead * clock.factor)
    await lower_barrier(connection, present)
    # Whoever has read the old one records by it.
    async with asyncio.timeout(_WRITERS_END_S):
        before = await writers(connection)
        while before & await writers(connection):
            await MACHINE.sleep(0.1)
    if settings.service in WATERMARKS.producers:
        await _forget_watermarks(settings)
    events = await connection.fetchval(_RECORDED_AFTER, present + timedelta(seconds=AHEAD_S * clock.factor))
    return ClockRepair(found, present, events)


async def _forget_watermarks(settings: ServiceSettings) -> None:
    producer = make_producer(settings)
    try:
        await producer.start()
        await producer.send_and_wait(wire_name(settings, WATERMARKS.name), None, key=settings.service.encode())
    finally:
        await stop_producer(producer)
