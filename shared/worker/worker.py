"""A worker process: runs subscriptions, relay, replays, jobs and parts in one loop, watched and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Sequence

import uvloop

from shared.bounded import within
from shared.clock import MACHINE, open_clock
from shared.config import ServiceSettings
from shared.database import partitions
from shared.database.engine import Database, is_transient
from shared.events.consumer_loop import ConsumerLoop
from shared.events.relay import Relay
from shared.events.replayer import Replayer
from shared.events.subscription import Subscription
from shared.observability.logging import configure_logging, get_logger
from shared.observability.spans import start_spans, stop_spans
from shared.worker.health_server import serve_health
from shared.worker.parts import Job, JobPart, Part, WorkerContext
from shared.worker.watchdog import Watchdog, addresses_of

log = get_logger(__name__)

# Of the twenty seconds a stop may take, this much is for the parts.
STOP_S = 12


class Worker:
    """The process. `main` blocks until SIGTERM or SIGINT; a part that fails ends it with exit status 1."""

    def __init__(self, settings: ServiceSettings, parts: Sequence[Part], subscriptions: Sequence[Subscription]) -> None:
        self.settings = settings
        self.parts = list(parts)
        self.subscriptions = list(subscriptions)

    def main(self) -> None:
        """Run until SIGTERM or SIGINT."""
        configure_logging(self.settings.log_level, service=self.settings.service, process="worker")
        start_spans(self.settings, "worker")
        uvloop.run(self._run_and_exit())

    async def _run_and_exit(self) -> None:
        code = await self.run()
        stop_spans()
        sys.stdout.flush()
        sys.stderr.flush()
        # From in here: the loop's own end would wait for tasks that do not end, and Python's for threads of libraries.
        os._exit(code)

    async def run(self, stop: asyncio.Event | None = None) -> int:
        """Run in this loop until `stop` is set; returns the exit status."""
        stop = stop or asyncio.Event()
        loop = asyncio.get_running_loop()
        # Outside the main thread nobody may listen to signals; whoever runs it there sets `stop`.
        with contextlib.suppress(ValueError, RuntimeError):
            for signal_number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(signal_number, stop.set)
        clock = open_clock(self.settings.clock_file)
        database = Database(self.settings.database_url, source=self.settings.service, clock=clock)
        watchdog = Watchdog(
            [addresses_of(self.settings.database_url, 5432), addresses_of(self.settings.kafka_bootstrap, 9092)]
        )
        context = WorkerContext(self.settings, database, clock, watchdog)
        try:
            return await self._run_parts(context, stop)
        finally:
            watchdog.stop()
            with contextlib.suppress(TimeoutError):
                await within(3, database.close())

    async def _run_parts(self, context: WorkerContext, stop: asyncio.Event) -> int:
        context.watchdog.beat("loop")
        context.watchdog.start()
        stopping = asyncio.create_task(stop.wait(), name="stop")
        ready = asyncio.create_task(_ready(context), name="ready")
        tasks = {
            stopping,
            asyncio.create_task(_heartbeat(context), name="loop"),
            asyncio.create_task(serve_health(context, self.subscriptions), name="health"),
        }
        ended, _ = await asyncio.wait({*tasks, ready}, return_when=asyncio.FIRST_COMPLETED)
        if ended == {ready} and ready.exception() is None:
            gc.freeze()
            tasks |= {asyncio.create_task(_watched(part, context), name=part.name) for part in self.parts}
            log.info("worker_started", service=self.settings.service, parts=[part.name for part in self.parts])
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        failed = [task for task in ended - {stopping} if task is not ready or task.exception() is not None]
        for task in failed:
            log.critical("part_ended", part=task.get_name(), exc_info=task.exception())
        context.watchdog.stop()
        for task in {*tasks, ready}:
            task.cancel()
        await asyncio.wait({*tasks, ready}, timeout=STOP_S)
        log.info("worker_stopped", service=self.settings.service)
        return 1 if failed else 0


def create_worker(
    settings: ServiceSettings,
    *,
    subscriptions: Sequence[Subscription] = (),
    jobs: Sequence[Job] = (),
    parts: Sequence[Part] = (),
    replays: Sequence[Subscription] = (),
) -> Worker:
    """A worker with everything the kernel does for each service: relay, replays, partitions.

    `replays` are subscriptions that a driver of the service's own feeds (Faust), so that only their dead letters are
    handled here.
    """
    loops: list[Part] = [ConsumerLoop(settings, subscription) for subscription in subscriptions]
    kernel: list[Part] = [Relay(settings), Replayer([*subscriptions, *replays])]
    work: list[Part] = [JobPart(job) for job in (Job("partitions", 3600, _maintain, exclusive=False), *jobs)]
    return Worker(settings, [*kernel, *loops, *parts, *work], [*subscriptions, *replays])


async def _maintain(context: WorkerContext) -> None:
    await partitions.maintain(context.database)


async def _ready(context: WorkerContext) -> None:
    """Wait for the database and make today's partitions before the first event is handled."""
    while True:
        try:
            await partitions.maintain(context.database)
            return
        except Exception as error:
            if not is_transient(error):
                raise
            log.warning("waiting_for_the_database", error=type(error).__name__)
            await MACHINE.sleep(1.0)


async def _watched(part: Part, context: WorkerContext) -> None:
    def beat() -> None:
        context.watchdog.beat(part.name)

    beat()
    await part.run(context, beat)


async def _heartbeat(context: WorkerContext) -> None:
    file = context.settings.heartbeat_file
    while True:
        context.watchdog.beat("loop")
        if file is not None:
            file.touch()
        await MACHINE.sleep(1.0)
