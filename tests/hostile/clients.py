"""Clients that misbehave: raw connections, from as many loopback addresses as wanted."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What came back over a raw connection before the server closed it or the body ended."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """The body as a problem; every refusal is a whole one."""
        assert self.headers["content-type"] == "application/problem+json", self
        found: dict[str, Any] = json.loads(self.body)
        assert found["status"] == self.status
        assert found["detail"]
        assert found["cure"], found
        return found


class Wire:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, raw: bytes) -> None:
        """Write, and do not wait."""
        self.writer.write(raw)

    async def answer(self, within: float = 5.0) -> Answer:
        """The next answer. Raises TimeoutError, or IncompleteReadError when the server closed without one."""
        async with asyncio.timeout(within):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            line, *fields = head.rstrip().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(line.split()[1]), headers, body)

    async def answer_to_a_trickle(self, piece: bytes, within: float) -> Answer:
        """The answer that comes while `piece` is sent ten times a second."""
        answering = asyncio.create_task(self.answer(within))
        while not answering.done():
            self.send(piece)
            await asyncio.wait({answering}, timeout=0.1)
        return answering.result()

    async def is_closed(self, within: float) -> bool:
        """Whether the server closes within so many seconds; what it says before that is passed over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                # A server that closes with bytes of ours unread resets the connection: closed as well.
                with contextlib.suppress(ConnectionResetError):
                    while await self.reader.read(65_536):
                        pass
                return True
        return False


async def connect(port: int, source: str = "127.0.0.1") -> Wire:
    """A connection that comes from `source`, any address in 127/8."""
    return Wire(*await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0)))


@contextlib.asynccontextmanager
async def many(port: int, count: int, raw: bytes, sources: int = 1) -> AsyncIterator[list[Wire]]:
    """So many connections which have sent `raw` and wait, spread over `sources` addresses."""
    wires = []
    try:
        for number in range(count):
            try:
                wire = await connect(port, f"127.0.1.{1 + number % sources}")
            except OSError:
                continue  # refused at once: as good as closed
            wire.send(raw)
            wires.append(wire)
        yield wires
    finally:
        for wire in wires:
            wire.writer.transport.abort()


def head(method: str, path: str, length: int | None = None, **fields: str) -> bytes:
    """The head of a request, ready to be written."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
