"""Running an app as a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import uvicorn
from fastapi import FastAPI

from shared.config import ServiceSettings
from shared.logging import configure_logging

S = TypeVar("S", bound=ServiceSettings)

# With the closing of pools after it, a stop takes at most 20 s.
_DRAIN_S = 12
# More open connections than this get 503 at once instead of memory.
_MOST_CONNECTIONS = 2000


def serve(factory: Callable[[S], FastAPI], settings: S) -> None:
    """Serve `factory(settings)` until SIGTERM or Ctrl-C; then answer what is in flight and stop."""
    configure_logging(settings.log_level, service=settings.service, process="app")
    server = uvicorn.Server(server_config(factory(settings), settings.host, settings.port))
    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        runner.run(_serve(server, settings.heartbeat_file))


async def _serve(server: uvicorn.Server, heartbeat: Path | None) -> None:
    beating = asyncio.create_task(beat(heartbeat)) if heartbeat else None
    try:
        await server.serve()
    finally:
        if beating:
            beating.cancel()


def server_config(app: object, host: str, port: int) -> uvicorn.Config:
    """uvicorn's settings for apps and for the workers' small HTTP side."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        loop="uvloop",
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


async def beat(heartbeat: Path) -> None:
    """Touch the file every second: proof that the loop turns, read by the supervisor."""
    while True:
        heartbeat.touch()  # noqa: ASYNC240  a local file, and the loop is what it tells of
        await asyncio.sleep(1)
