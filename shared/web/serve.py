"""Running an app as a process: its own port, and the operators' beside it."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import uvloop
from fastapi import FastAPI

from shared.config import ServiceSettings
from shared.observability.logging import configure_logging
from shared.observability.spans import start_spans, stop_spans
from shared.web.connections import Limits
from shared.web.listener import Listener

S = TypeVar("S", bound=ServiceSettings)


def serve(factory: Callable[[S], FastAPI], settings: S) -> None:
    """Serve `factory(settings)` until SIGTERM or Ctrl-C; then answer what is in flight, stop, and exit with 0."""
    configure_logging(settings.log_level, service=settings.service, process="app")
    start_spans(settings, "app")
    app = factory(settings)
    doors = Listener(app, settings.host, settings.port, name="app", limits=Limits.of(settings), is_main=True)
    health = Listener(app.state.health, settings.host, settings.health_port, name="health", limits=Limits())
    # What is there now stays: measured, reading 1 MiB of small lists took 400 ms with a collector that looks at all of
    # it again and again, and 70 ms so.
    gc.collect()
    gc.freeze()
    uvloop.run(_serve(doors, health, settings.heartbeat_file))
    stop_spans()
    if not doors.started:
        raise SystemExit(3)


async def _serve(doors: Listener, health: Listener, heartbeat: Path | None) -> None:
    beating = asyncio.create_task(_beat(heartbeat)) if heartbeat else None
    # From before the start to after the stop: who asks meanwhile hears that it is not ready.
    watched = asyncio.create_task(health.serve())
    try:
        await doors.serve()
    finally:
        health.should_exit = True
        await watched
        if beating:
            beating.cancel()


async def _beat(heartbeat: Path) -> None:
    """Touch the file every second: proof that the loop turns, read by the supervisor."""
    while True:
        heartbeat.touch()  # noqa: ASYNC240  a local file, and the loop is what it tells of
        await asyncio.sleep(1)
