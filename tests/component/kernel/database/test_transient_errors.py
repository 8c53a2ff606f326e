"""What PostgreSQL and its driver really raise: which errors lie in the event and which are transient."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from shared.database import engine as kernel_database
from shared.database.engine import Database, is_transient
from tests.fakes import FixedClock

POISON = {
    "an integer beyond 64 bits": ("select cast(:x as bigint)", 2**70),
    "a text for a number": ("select cast(:x as bigint)", "x"),
    "half of a surrogate pair": ("select cast(:x as text)", "\ud800"),
    "a NUL character": ("select cast(:x as text)", "\x00"),
    "a NUL in jsonb": ("select cast(:x as jsonb)", '"\\u0000"'),
    "a division by zero": ("select 1 / cast(:x as int)", 0),
    "a missing table": ("select * from nowhere where cast(:x as int) = 1", 1),
    "a broken constraint": ("insert into dead_letters (id) values (cast(:x as uuid))", None),
}
TRANSIENT = {
    "the server ended the session": "select pg_terminate_backend(pg_backend_pid())",
    "the operator cancelled": "select pg_cancel_backend(pg_backend_pid()), pg_sleep(5)",
    "the statement's time": "set local statement_timeout = 20; select pg_sleep(5)",
    "the transaction's time": "do $$ begin raise exception using errcode = '25P04'; end $$",
    "the time of an idle transaction": "do $$ begin raise exception using errcode = '25P03'; end $$",
    "a read-only server": "set transaction read only; create table never (n int)",
    "a deadlock": "do $$ begin raise exception using errcode = '40P01'; end $$",
    "a lock": "do $$ begin raise exception using errcode = '55P03'; end $$",
    "a full disk": "do $$ begin raise exception using errcode = '53100'; end $$",
    "too many connections": "do $$ begin raise exception using errcode = '53300'; end $$",
    "a server that starts": "do $$ begin raise exception using errcode = '57P03'; end $$",
    "an input/output error": "do $$ begin raise exception using errcode = '58030'; end $$",
}


@pytest.mark.parametrize("name", POISON)
async def test_an_error_in_the_data_is_poison(database: Database, name: str) -> None:
    """Catches poison taken for a transient error: it would block its partition for ever."""
    statement, value = POISON[name]
    with pytest.raises(Exception) as caught:
        async with database.transaction() as tx:
            await tx.execute(statement, {"x": value})
    assert not is_transient(caught.value)


@pytest.mark.parametrize("name", TRANSIENT)
async def test_an_error_in_the_surroundings_is_transient(database: Database, name: str) -> None:
    """Catches a transient error taken for poison: an outage would pour the topic into the dead letters."""
    with pytest.raises(Exception) as caught:
        async with database.transaction() as tx:
            for statement in TRANSIENT[name].split("; ") if "do $$" not in TRANSIENT[name] else [TRANSIENT[name]]:
                await tx.execute(statement)
    assert is_transient(caught.value)


async def test_a_server_that_is_not_there_is_a_transient_error(unused_tcp_port: int) -> None:
    away = Database(f"postgresql://x:x@127.0.0.1:{unused_tcp_port}/x", source="tests", clock=FixedClock())
    with pytest.raises(OSError) as caught:
        await away.connect()
    assert is_transient(caught.value)


async def test_a_pool_that_stays_empty_is_a_transient_error(kernel_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_database, "COMMAND_TIMEOUT_S", 1)
    small = Database(kernel_url, source="tests", clock=FixedClock(), pool_size=1)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(2):
            tx = await stack.enter_async_context(small.transaction())
            await tx.value("select 1")
        with pytest.raises(Exception, match="QueuePool") as caught:
            await small.connect()
    await small.close()
    assert is_transient(caught.value)


async def test_a_connection_that_no_longer_answers_is_given_up_and_replaced(
    kernel_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a rollback without a limit: after a time-out the driver waits for the server to confirm it."""
    monkeypatch.setattr(kernel_database, "COMMAND_TIMEOUT_S", 1)
    monkeypatch.setattr(kernel_database, "ROLLBACK_S", 1)
    async with _frozen_on_demand(kernel_url) as (url, freeze):
        behind = Database(url, source="tests", clock=FixedClock(), pool_size=1)
        async with asyncio.timeout(20):
            with pytest.raises(TimeoutError) as caught:
                async with behind.transaction() as tx:
                    await tx.value("select 1")
                    freeze()
                    await tx.value("select 2")
            assert is_transient(caught.value)
            async with behind.transaction() as tx:
                assert await tx.value("select 3") == 3
            await behind.close()


async def test_a_cancelled_use_case_leaves_no_trace_and_its_connection_usable(
    kernel_url: str, database: Database
) -> None:
    """Catches a connection that goes back to the pool in the middle of a transaction."""
    small = Database(kernel_url, source="tests", clock=FixedClock(), pool_size=1)

    async def halfway() -> None:
        async with small.transaction() as tx:
            await tx.execute("insert into effects (number) values (1)")
            inserted.set()
            await tx.execute("select pg_sleep(30)")

    for _ in range(3):
        inserted = asyncio.Event()
        task = asyncio.create_task(halfway())
        await inserted.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        async with small.transaction() as tx:
            assert await tx.value("select count(*) from effects") == 0
    await small.close()


@asynccontextmanager
async def _frozen_on_demand(url: str) -> AsyncIterator[tuple[str, Any]]:
    """A proxy before the server on which `freeze()` stops all that travels then; later connections pass."""
    parts = urlsplit(url)
    frozen: list[asyncio.Event] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, stop: asyncio.Event) -> None:
        while data := await reader.read(65536):
            if stop.is_set():
                await asyncio.Event().wait()
            writer.write(data)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stop = asyncio.Event()
        frozen.append(stop)
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(pump(reader, far_writer, stop), pump(far_reader, writer, stop))

    def freeze() -> None:
        for stop in frozen:
            stop.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl(), freeze
    server.close()
    for task in asyncio.all_tasks():
        if task.get_coro().__qualname__.startswith("_frozen_on_demand"):  # type: ignore[union-attr]
            task.cancel()
