"""A client that costs less than the server it loads: one connection, one request at a time, no more than is needed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from tests.bench.measure import percentile

Make = Callable[[], bytes]


class Refused(RuntimeError):
    """The server answered something else than success."""


def request(method: str, path: str, authorization: str, body: bytes = b"") -> bytes:
    """A request, ready to be written."""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line:
    """A connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    async def call(self, raw: bytes) -> bytes:
        """The body of the answer. Raises Refused."""
        self.writer.write(raw)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line[15:])
        body = await self._reader.readexactly(length) if length else b""
        if head[9:10] != b"2":
            raise Refused(f"{head[:40]!r} {body[:300]!r}")
        return body


@contextlib.asynccontextmanager
async def lines(port: int, count: int) -> AsyncIterator[list[Line]]:
    """So many connections."""
    opened = [Line(*await asyncio.open_connection("127.0.0.1", port)) for _ in range(count)]
    try:
        yield opened
    finally:
        for line in opened:
            line.writer.close()


@dataclass
class Latencies:
    """Seconds from when a request was due to its answer, and how long the whole took."""

    seconds: list[float] = field(default_factory=list)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.seconds) / self.took if self.took else 0.0

    def ms(self, share: float) -> float:
        """A percentile in milliseconds."""
        return percentile(self.seconds, share) * 1000


async def closed(port: int, make: Make, *, connections: int, seconds: float, warm: float = 0.5) -> Latencies:
    """As fast as the server answers `connections` clients that wait for each answer; the warm-up is left out."""
    found = Latencies()
    begun = time.perf_counter()
    counts_from, ends = begun + warm, begun + warm + seconds

    async def client(line: Line) -> None:
        while (at := time.perf_counter()) < ends:
            await line.call(make())
            if at >= counts_from:
                found.seconds.append(time.perf_counter() - at)

    async with lines(port, connections) as opened:
        await asyncio.gather(*map(client, opened))
    found.took = time.perf_counter() - counts_from
    return found


async def at_rate(port: int, make: Make, *, rate: float, seconds: float, connections: int = 16) -> Latencies:
    """So many a second, whether or not the server keeps up: what waits for a free connection counts as latency."""
    found = Latencies()
    numbers = itertools.count()
    begun = time.perf_counter()
    total = int(rate * seconds)

    async def client(line: Line) -> None:
        while (number := next(numbers)) < total:
            due = begun + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            await line.call(make())
            found.seconds.append(time.perf_counter() - due)

    async with lines(port, connections) as opened:
        await asyncio.gather(*map(client, opened))
    found.took = time.perf_counter() - begun
    return found


async def in_turn(port: int, requests: Sequence[bytes], connections: int = 4) -> list[bytes]:
    """Send all, over a few connections; the answers in order."""
    answers: list[bytes] = [b""] * len(requests)
    numbers = iter(range(len(requests)))

    async def client(line: Line) -> None:
        for number in numbers:
            answers[number] = await line.call(requests[number])

    async with lines(port, min(connections, max(1, len(requests)))) as opened:
        await asyncio.gather(*map(client, opened))
    return answers
