"""Running an app as a process."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import uvicorn
import uvloop
from fastapi import FastAPI

from shared.config import ServiceSettings
from shared.observability.logging import configure_logging

S = TypeVar("S", bound=ServiceSettings)

# With the closing of pools after it, a stop takes at most 20 s.
_DRAIN_S = 12
# More open connections than this get 503 at once instead of memory.
_MOST_CONNECTIONS = 2000


def serve(factory: Callable[[S], FastAPI], settings: S) -> None:
    """Serve `factory(settings)` until SIGTERM or Ctrl-C; then answer what is in flight, stop, and exit with 0."""
    configure_logging(settings.log_level, service=settings.service, process="app")
    server = _Server(_config(factory(settings), settings))
    uvloop.run(_serve(server, settings.heartbeat_file))
    if not server.started:
        raise SystemExit(3)


def _config(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        # Above our clients' keep-alive, so that they never write into a connection that is being closed.
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_DRAIN_S,
        limit_concurrency=_MOST_CONNECTIONS,
    )


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own would raise the signal again after a clean stop, so that it looks like a crash."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _serve(server: uvicorn.Server, heartbeat: Path | None) -> None:
    beating = asyncio.create_task(_beat(heartbeat)) if heartbeat else None
    try:
        await server.serve()
    finally:
        if beating:
            beating.cancel()


async def _beat(heartbeat: Path) -> None:
    """Touch the file every second: proof that the loop turns, read by the supervisor."""
    while True:
        heartbeat.touch()  # noqa: ASYNC240  a local file, and the loop is what it tells of
        await asyncio.sleep(1)
