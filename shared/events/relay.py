"""The outbox relay: sends rows to the topics in order and marks as published only what the broker has confirmed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, KafkaTimeoutError

from shared.clock import MACHINE
from shared.config import ServiceSettings
from shared.database.engine import COMMAND_TIMEOUT_S, is_transient
from shared.database.exclusive import exclusive
from shared.events.epochs import compare_own_topics
from shared.events.watermarks import WatermarkPublisher, publishing_watermarks
from shared.kafka.clients import make_producer, never_expire, stop_producer
from shared.kafka.record_batches import RecordBatch, pack
from shared.observability import spans
from shared.observability.logging import get_logger
from shared.observability.metrics import counter

log = get_logger(__name__)

ROUND = 2_000
# A round is held in memory: few large events, or many small ones.
ROUND_BYTES = 16 * 1024 * 1024
# NOTIFY wakes the relay; this is for a notification that was lost with its connection.
IDLE_S = 0.5
# The broker confirms nothing for so long: the relay waits on, but does not beat. If the broker answers others, the
# producer is at fault, and the watchdog ends the process.
STILL_S = 10.0
RELAYED = counter("relay_events_total", "Events confirmed by the broker", [])

_UNPUBLISHED = """
    select id, day, event_id, topic, key, type, traceparent, value
    from (select *, sum(octet_length(value)) over (order by id) - octet_length(value) as bytes_before
          from (select * from outbox where not published order by id limit $1) as oldest) as sized
    where bytes_before < $2 order by id
"""
# Never "id > last": ids are given before the commit, so a slow transaction's rows would be passed over for ever.
_MARK_PUBLISHED = "update outbox set published = true where day between $2 and $3 and id = any($1::bigint[])"

_Taken = tuple[asyncio.Future[Any], Sequence[Any]]


class Relay:
    """A worker part. One relay per service is active: several would break the order per customer."""

    name = "relay"

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings

    async def run(self, context: Any, beat: Callable[[], None]) -> None:
        """Relay for ever; waits while another process holds the lock, and through transient errors."""
        while True:
            beat()
            try:
                await self._when_first(context, beat)
            except Exception as error:
                if not isinstance(error, asyncpg.PostgresError | KafkaError) and not is_transient(error):
                    raise
                log.warning("relay_waits", error=type(error).__name__)
            await MACHINE.sleep(1.0)

    async def _when_first(self, context: Any, beat: Callable[[], None]) -> None:
        async with exclusive(self._settings.database_url, "relay") as acquired:
            if not acquired:
                return
            connection = await asyncpg.connect(
                self._settings.database_url, timeout=5, command_timeout=COMMAND_TIMEOUT_S
            )
            try:
                await self._with_producer(connection, context, beat)
            finally:
                connection.terminate()

    async def _with_producer(self, connection: Any, context: Any, beat: Callable[[], None]) -> None:
        await compare_own_topics(self._settings, context.database, beat)
        woken = asyncio.Event()
        await connection.add_listener("outbox", lambda *_: woken.set())
        producer = make_producer(self._settings)
        never_expire(producer)
        try:
            await producer.start()
            async with publishing_watermarks(self._settings, context, producer) as watermarks:
                await self._relay(connection, producer, woken, watermarks, beat)
        finally:
            await stop_producer(producer)

    async def _relay(
        self,
        connection: Any,
        producer: AIOKafkaProducer,
        woken: asyncio.Event,
        watermarks: WatermarkPublisher,
        beat: Callable[[], None],
    ) -> None:
        while True:
            beat()
            woken.clear()
            await watermarks.before_read(connection)
            rows = await connection.fetch(_UNPUBLISHED, ROUND, ROUND_BYTES)
            await watermarks.after_read(connection, rows[0]["id"] if rows else None)
            if rows:
                await _Round(self._settings, producer, rows).send(connection, beat)
                continue
            # Not wait_for: in Python 3.11 it loses a stop that comes together with the wake-up, and costs a task.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(watermarks.pause(IDLE_S)):
                    await woken.wait()


class _Round:
    """Some rows on their way to the broker."""

    def __init__(self, settings: ServiceSettings, producer: AIOKafkaProducer, rows: Sequence[Any]) -> None:
        self._settings = settings
        self._producer = producer
        self._rows = rows
        self._moved_at = MACHINE.monotonic()

    async def send(self, connection: Any, beat: Callable[[], None]) -> None:
        """Send all, wait for the broker however long that takes, mark what it confirmed. Raises what failed."""
        began_ns = time.time_ns()
        with spans.span(
            "relay", "producer", messaging__system="kafka", messaging__batch__message_count=len(self._rows)
        ):
            await self._send(connection, beat)
        if spans.is_on():
            spans.mark("producer", began_ns, ((f"publish {row['type']}", row["traceparent"]) for row in self._rows))

    async def _send(self, connection: Any, beat: Callable[[], None]) -> None:
        beating = asyncio.create_task(self._beat_while_moving(beat))
        try:
            taken, failure = await self._hand_over()
            if taken:
                # A send that takes long is unknown, not failed: the producer goes on with it, these futures are kept.
                await asyncio.wait([future for future, _ in taken])
        finally:
            beating.cancel()
        failures = [future.exception() for future, _ in taken]
        await _mark_published(
            connection,
            [row for (_, rows), failed in zip(taken, failures, strict=True) if failed is None for row in rows],
        )
        failure = next((failed for failed in failures if failed is not None), failure)
        if failure is not None:
            raise failure

    async def _hand_over(self) -> tuple[list[_Taken], BaseException | None]:
        """What the producer took, in order, and why it did not take what comes next."""
        batches, failure = await pack(self._settings, self._producer, self._rows)
        taken: list[_Taken] = []
        for batch in batches:
            try:
                future = await self._take(batch)
            except KafkaError as error:
                log.error("rows_not_taken", topic=batch.topic, error=type(error).__name__)
                return taken, error
            future.add_done_callback(self._moved)
            taken.append((future, batch.rows))
        return taken, failure

    async def _take(self, batch: RecordBatch) -> asyncio.Future[Any]:
        while True:
            try:
                return cast(
                    "asyncio.Future[Any]",
                    await self._producer.send_batch(batch.batch, batch.topic, partition=batch.partition),
                )
            except KafkaTimeoutError:
                # The queue of its partition stays full: the broker is away. The rows were not taken, so they are
                # offered again; a new producer would only send all of the others twice.
                log.warning("relay_waits_for_the_broker")

    def _moved(self, future: asyncio.Future[Any]) -> None:
        self._moved_at = MACHINE.monotonic()

    async def _beat_while_moving(self, beat: Callable[[], None]) -> None:
        while True:
            if MACHINE.monotonic() - self._moved_at < STILL_S:
                beat()
            await MACHINE.sleep(1.0)


async def _mark_published(connection: Any, rows: Sequence[Any]) -> None:
    if not rows:
        return
    days: list[date] = [row["day"] for row in rows]
    await connection.execute(_MARK_PUBLISHED, [row["id"] for row in rows], min(days), max(days))
    RELAYED.inc(len(rows))
