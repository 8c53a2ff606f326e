"""Promises of a service whose clock, or whose database's clock, was wrong; and of a server that crashes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from aiokafka import TopicPartition

from deploy.local.ports import keep_or_choose
from deploy.local.postgres import Postgres
from shared.clock import SystemClock
from shared.contracts.envelope import Envelope, read_envelope
from shared.contracts.topics import WATERMARKS
from shared.database.engine import Database
from shared.database.kernel_tables import create_newest_kernel_tables
from shared.events.barrier import AHEAD, promised, raise_barrier
from shared.events.clock_repair import RelayIsRunning, repair_clock
from shared.kafka.clients import make_consumer, wire_name
from tests.component.kernel.builders import Counted, emit, outbox
from tests.component.kernel.events.marked import FastClock, JumpedClock, OwnSettings, Reader, relaying


async def recorded(database: Database) -> Envelope[Counted]:
    """The event that was emitted last."""
    event = read_envelope((await outbox(database))[-1]["value"], {Counted.TYPE: Counted})
    assert event is not None
    return event


async def test_a_relay_whose_clock_is_ahead_promises_nothing(
    own: OwnSettings, writer: Database, reader: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    """Catches a clock that jumps 45 days ahead once: each event after it would bear that instant for ever, and
    customers would lapse by it."""
    writer.clock = JumpedClock(days=45)
    async with relaying(own, writer):
        await asyncio.sleep(3)
    assert reader.watermarks == []
    writer.clock = SystemClock()
    async with relaying(own, writer):
        await reader.watermark_after(datetime.now(UTC))
    await emit(writer, 1)
    assert (await recorded(writer)).recorded_at < datetime.now(UTC) + timedelta(seconds=1)


async def test_a_writer_whose_clock_is_ahead_records_by_the_databases(writer: Database) -> None:
    """Catches an app on another machine whose clock jumped: its events would be recorded in the future."""
    writer.clock = JumpedClock(hours=2)
    before = AHEAD.times
    await emit(writer, 1)
    event = await recorded(writer)
    assert event.recorded_at < datetime.now(UTC) + timedelta(seconds=1)
    assert AHEAD.times == before + 1
    writer.clock = JumpedClock(seconds=2)
    await emit(writer, 2)
    # Within what clocks may differ by, nothing is touched.
    assert (await recorded(writer)).recorded_at > datetime.now(UTC) + timedelta(seconds=1)
    assert AHEAD.times == before + 1


async def test_a_business_clock_that_runs_fast_is_not_ahead(own: OwnSettings, writer: Database, reader: Reader) -> None:
    """Catches a bound in business seconds: in a demo five of them are over at once."""
    writer.clock = FastClock()
    async with relaying(own, writer):
        await reader.watermark_after(writer.clock.now() + timedelta(minutes=2))


async def test_a_promise_stuck_in_the_future_is_taken_back(own: OwnSettings, writer: Database, reader: Reader) -> None:
    """Catches a database whose own clock was wrong once, and readers who believe what was promised then."""
    connection = await asyncpg.connect(own.database_url)
    await raise_barrier(connection, datetime.now(UTC) + timedelta(days=45))
    await emit(writer, 1)
    assert (await recorded(writer)).recorded_at > datetime.now(UTC) + timedelta(days=44)
    async with relaying(own, writer):
        await asyncio.sleep(1)
        with pytest.raises(RelayIsRunning):
            await repair_clock(own, writer.clock)
    repaired = await repair_clock(own, writer.clock)
    assert repaired.promised > datetime.now(UTC) + timedelta(days=44)
    assert repaired.events == 1
    assert await promised(connection) < datetime.now(UTC) + timedelta(seconds=6)
    await connection.close()
    await emit(writer, 2)
    assert (await recorded(writer)).recorded_at < datetime.now(UTC) + timedelta(seconds=6)
    assert (await repair_clock(own, writer.clock)).lowered_to is None
    assert await last_record(own) == (b"interactions", None)


async def last_record(own: OwnSettings) -> tuple[bytes, bytes | None]:
    """Of the topic of watermarks."""
    consumer = make_consumer(own, None)
    partition = TopicPartition(wire_name(own, WATERMARKS.name), 0)
    consumer.assign([partition])
    await consumer.start()
    try:
        consumer.seek(partition, (await consumer.end_offsets([partition]))[partition] - 1)
        record = await consumer.getone()
    finally:
        await consumer.stop()
    return record.key, record.value


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of the test's own, which may crash."""
    # Not pytest's tmp_path: PostgreSQL runs as another user when the tests run as root.
    with tempfile.TemporaryDirectory(prefix="promises-") as folder:
        port = keep_or_choose({}, ["postgres"])["postgres"]
        server = Postgres(Path(folder) / "postgres", Path(folder) / "postgres.log", port, "secret")
        server.start()
        yield server
        server.stop()


async def test_a_promise_survives_a_crash_of_the_server(server: Postgres) -> None:
    """Catches a barrier that a crash resets: until it is raised anew, an event could be recorded before a promise."""
    connection = await asyncpg.connect(server.dsn)
    statements: list[str] = []
    create_newest_kernel_tables(type("_Op", (), {"execute": statements.append}))
    for statement in statements:
        await connection.execute(statement)
    until = datetime.now(UTC).replace(microsecond=7)
    await raise_barrier(connection, until)
    await asyncio.to_thread(server.kill9)
    await asyncio.to_thread(server.start)
    connection = await asyncpg.connect(server.dsn)
    assert await promised(connection) == until
    await connection.close()
