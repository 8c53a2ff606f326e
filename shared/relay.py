"""The relay: from the outbox to the topics, in order, marking only what the broker has confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database import COMMAND_TIMEOUT_S
from shared.kafka import make_producer, wire_name
from shared.logging import get_logger
from shared.metrics import counter

log = get_logger(__name__)

ROUND = 2_000
# NOTIFY wakes the relay; this is for a notification that was lost with its connection.
IDLE_S = 0.5
RELAYED = counter("relay_events_total", "Events confirmed by the broker", [])

_UNPUBLISHED = """
    select id, day, topic, key, type, traceparent, value from outbox where not published order by id limit $1
"""
# Never "id > last": ids are given before the commit, so a slow transaction's rows would be passed over for ever.
_MARK = "update outbox set published = true where day between $2 and $3 and id = any($1::bigint[])"


class Relay:
    """A worker part. One relay per service is active: several would break the order per customer."""

    name = "relay"

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings

    async def run(self, context: Any, beat: Callable[[], None]) -> None:
        """Relay for ever; waits while another process holds the lock, and through weather."""
        while True:
            beat()
            try:
                await self._while_locked(beat)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, KafkaError) as error:
                log.warning("relay_waits", error=type(error).__name__)
            await MACHINE.sleep(1.0)

    async def _while_locked(self, beat: Callable[[], None]) -> None:
        connection = await asyncpg.connect(self._settings.database_url, timeout=5, command_timeout=COMMAND_TIMEOUT_S)
        try:
            while not await connection.fetchval("select pg_try_advisory_lock(hashtextextended('relay', 0))"):
                beat()
                await MACHINE.sleep(0.5)
            woken = asyncio.Event()
            await connection.add_listener("outbox", lambda *_: woken.set())
            producer = make_producer(self._settings)
            await producer.start()
            try:
                await self._relay(connection, producer, woken, beat)
            finally:
                await _stop(producer)
        finally:
            # The lock lives in the session, so whatever happened ends here, at once.
            connection.terminate()

    async def _relay(
        self, connection: Any, producer: AIOKafkaProducer, woken: asyncio.Event, beat: Callable[[], None]
    ) -> None:
        while True:
            beat()
            woken.clear()
            rows = await connection.fetch(_UNPUBLISHED, ROUND)
            if not rows:
                try:
                    await asyncio.wait_for(woken.wait(), IDLE_S)
                except TimeoutError:
                    continue
                continue
            await self._round(connection, producer, rows, beat)

    async def _round(
        self, connection: Any, producer: AIOKafkaProducer, rows: list[Any], beat: Callable[[], None]
    ) -> None:
        futures = [await self._send(producer, row) for row in rows]
        waiting: set[asyncio.Future[Any]] = set(futures)
        while waiting:
            # A send that takes long is unknown, not failed: the producer goes on with it, so these futures are kept.
            _, waiting = await asyncio.wait(waiting, timeout=5)
            beat()
        sent = [row for row, future in zip(rows, futures, strict=True) if future.exception() is None]
        if sent:
            days: list[date] = [row["day"] for row in sent]
            await connection.execute(_MARK, [row["id"] for row in sent], min(days), max(days))
            RELAYED.inc(len(sent))
        failed = [future.exception() for future in futures if future.exception() is not None]
        if failed:
            raise failed[0]  # type: ignore[misc]

    async def _send(self, producer: AIOKafkaProducer, row: Any) -> asyncio.Future[Any]:
        headers = [("type", row["type"].encode())]
        if row["traceparent"]:
            headers.append(("traceparent", row["traceparent"].encode()))
        future: asyncio.Future[Any] = await producer.send(
            wire_name(self._settings, row["topic"]), row["value"], key=str(row["key"]).encode(), headers=headers
        )
        return future


async def _stop(producer: AIOKafkaProducer) -> None:
    # Stopping can hang when the broker is gone (aiokafka #773).
    try:
        await asyncio.wait_for(producer.stop(), 5)
    except (TimeoutError, KafkaError) as error:
        log.warning("producer_stop", error=type(error).__name__)
