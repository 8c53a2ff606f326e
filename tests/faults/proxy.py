"""A TCP proxy in a thread: connections between two parts can be cut, or stay open and carry nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import Any

_CHUNK = 65_536


class Proxy:
    """Listens on `port` of loopback and passes on to `target`. All methods may be called from any thread."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        self.port = port
        self._target = target
        self._passes = True
        self._accepts = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._silent: set[asyncio.StreamWriter] = set()
        self._ended = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy-{port}", daemon=True)

    def start(self) -> None:
        """Return when it listens."""
        self._thread.start()
        assert self._ready.wait(5)

    @property
    def open(self) -> int:
        """How many connections are open."""
        return len(self._writers) // 2

    def cut(self) -> None:
        """Reset every connection; new ones are passed on."""
        self._do(self._cut)

    def refuse(self) -> None:
        """Reset every connection, and new ones at once, until `heal`."""
        self._do(self._refuse)

    def blackhole(self) -> None:
        """Every connection stays open and carries nothing more, ever; new ones are passed on."""
        self._do(self._blackhole)

    def heal(self) -> None:
        """Pass new connections on again."""
        self._do(self._heal)

    def stop(self) -> None:
        """Close everything."""
        self._do(self._refuse)
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(5)

    def _do(self, action: Any) -> None:
        done = threading.Event()

        def run() -> None:
            action()
            done.set()

        self._loop.call_soon_threadsafe(run)
        done.wait(5)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _refuse(self) -> None:
        self._accepts = False
        self._cut()

    def _blackhole(self) -> None:
        for writer in self._writers:
            transport: Any = writer.transport
            with contextlib.suppress(RuntimeError):
                transport.pause_reading()
        # Those that are silent now are nobody's business any more, except that they must stay open.
        self._silent |= self._writers
        self._writers = set()

    def _heal(self) -> None:
        self._accepts = True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self._ready.set()
        await self._ended.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._accepts:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = {writer, far_writer}
        self._writers |= pair
        ways = [
            asyncio.create_task(_pass(reader, far_writer)),
            asyncio.create_task(_pass(far_reader, writer)),
        ]
        try:
            # Cancelled when the proxy stops; the server would tell the log of it.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in pair:
                end.transport.abort()
            self._writers -= pair
            self._silent -= pair


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
