"""The app on a port of this machine, for clients that speak to servers only; and a line that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI

from shared.web.connections import Limits
from shared.web.listener import Listener


@contextlib.asynccontextmanager
async def listening(app: FastAPI) -> AsyncIterator[int]:
    """The port on which the started app listens meanwhile."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    listener = Listener(app, "127.0.0.1", 0, name="segment", limits=Limits())
    serving = asyncio.create_task(listener.serve(sockets=[bound]))
    while not listener.started:
        await asyncio.sleep(0.02)
    yield int(bound.getsockname()[1])
    listener.should_exit = True
    await serving


@pytest.fixture(scope="session")
async def server(app: FastAPI) -> AsyncIterator[int]:
    """The port of the started app."""
    async with listening(app) as port:
        yield port


@dataclass
class Line:
    """A line to the app that loses its first answers: the app has them sent, the client sees a closed connection."""

    server: int
    losses: int = 1
    port: int = 0
    requests: int = 0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of a client."""
        there, to = await asyncio.open_connection("127.0.0.1", self.server)
        sending = asyncio.create_task(_copy(reader, to))
        try:
            while answer := await there.read(65536):
                self.requests += 1
                if self.losses > 0:
                    self.losses -= 1
                    return
                writer.write(answer)
                await writer.drain()
        finally:
            sending.cancel()
            writer.close()
            to.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()


@contextlib.asynccontextmanager
async def line_to(server: int) -> AsyncIterator[Line]:
    """A line whose first answer is lost."""
    made = Line(server)
    waiting = await asyncio.start_server(made.carry, "127.0.0.1", 0)
    made.port = waiting.sockets[0].getsockname()[1]
    yield made
    waiting.close()


@pytest.fixture
async def line(server: int) -> AsyncIterator[Line]:
    """The same to the app of all tests."""
    async with line_to(server) as made:
        yield made
