"""A connection that falls silent must not keep its locks: whoever comes next would wait for them for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy.exc import DBAPIError

from shared.clock import SystemClock
from shared.database.engine import Database

_PATIENCE_S = 1.0


class Line:
    """A connection through loopback that carries one more piece after `fall_silent`, and then nothing in any direction,
    while both ends believe that it is open."""

    def __init__(self) -> None:
        self._left: int | None = None

    def fall_silent(self) -> None:
        """After the client's next piece."""
        self._left = 1

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, asks: bool) -> None:
        """Pass on what is carried still."""
        while piece := await reader.read(65_536):
            if self._left is not None:
                if not asks or self._left == 0:
                    continue
                self._left -= 1
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def a_line_to(url: str) -> AsyncIterator[tuple[str, Line]]:
    """The same database's address through the line."""
    parts = urlsplit(url)
    line, running = Line(), set[asyncio.Task[None]]()
    # The far ends stay open although the near ones are closed: nobody tells the server.
    open_still: list[asyncio.StreamWriter] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
        open_still.append(far_writer)
        running.add(asyncio.create_task(line.carry(reader, far_writer, asks=True)))
        running.add(asyncio.create_task(line.carry(far_reader, writer, asks=False)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        port = server.sockets[0].getsockname()[1]
        yield parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}").geturl(), line
    finally:
        server.close()
        for writer in open_still:
            writer.transport.abort()
        for task in running:
            task.cancel()


async def test_a_silent_connection_gives_its_locks_back(kernel_url: str) -> None:
    """Catches a session that PostgreSQL waits for between the two halves of a statement: neither the limit of idle
    transactions nor a broken connection ends it. A consumer's positions were locked so until the proxy went."""
    near = Database(kernel_url, source="near", clock=SystemClock(), pool_size=1)
    async with near.transaction() as tx:
        await tx.execute("insert into effects (number) values (-77)")
    async with a_line_to(kernel_url) as (through, line):
        far = Database(through, source="far", clock=SystemClock(), pool_size=1, command_timeout_s=_PATIENCE_S)
        with pytest.raises((TimeoutError, DBAPIError)):
            async with far.transaction() as tx:
                await tx.execute("update effects set number = -78 where number = -77")
                line.fall_silent()
                await tx.execute("select 'a statement that is not prepared yet'")
        async with asyncio.timeout(20), near.transaction() as tx:
            await tx.execute("delete from effects where number = -77")
        await far.close()
    await near.close()
