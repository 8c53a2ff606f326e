"""Worker parts, which run side by side in one process, and jobs, which run at intervals."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.clock import MACHINE, Clock
from shared.database.engine import Database, is_transient
from shared.database.transaction import Tx
from shared.observability.logging import get_logger
from shared.worker.watchdog import Watchdog

log = get_logger(__name__)


@dataclass(frozen=True)
class WorkerContext:
    """What every part may use."""

    settings: Any
    database: Database
    clock: Clock
    watchdog: Watchdog
    # Services that a part here waits for, and for how many seconds: no fault of this worker, and shown in its health.
    waits_for: dict[str, float] = field(default_factory=dict)


class Part(Protocol):
    """Something that runs for as long as the worker does.

    `run` calls `beat()` at least every five seconds, is cancelled at the stop, and ends the process if it raises.
    """

    name: str

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """Work for ever."""
        ...


@dataclass(frozen=True)
class Job:
    """Something done every `every_s` machine seconds; by one worker of the service at a time when `exclusive`.

    `first_s` after the start for the first time: a worker that starts may have a backlog of events to handle before.
    """

    name: str
    every_s: float
    run: Callable[[WorkerContext], Awaitable[None]]
    exclusive: bool = True
    first_s: float = 0.0


def until_done(step: Callable[[Tx, Any], Awaitable[bool]]) -> Callable[[WorkerContext], Awaitable[None]]:
    """A job's `run`: `step` is given a transaction and the settings, again and again, until it answers False.

    Some rows at a time, each time in a transaction of its own, so that nobody waits long for their locks.
    """

    async def run(context: WorkerContext) -> None:
        more = True
        while more:
            async with context.database.transaction() as tx:
                more = await step(tx, context.settings)

    return run


class JobPart:
    """A job as a part of the worker."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.name = f"job:{job.name}"

    async def run(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        """The job, again and again; a transient error postpones it, any other ends the worker."""
        await _rest(self.job.first_s, beat)
        while True:
            beat()
            try:
                await self._once(context, beat)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("job_postponed", job=self.job.name, error=type(error).__name__)
            await _rest(self.job.every_s, beat)

    async def _once(self, context: WorkerContext, beat: Callable[[], None]) -> None:
        async with contextlib.AsyncExitStack() as stack:
            if self.job.exclusive and not await stack.enter_async_context(
                context.database.exclusive(f"job:{self.job.name}")
            ):
                return
            running = asyncio.ensure_future(self.job.run(context))
            try:
                # A long job is not a stuck one: it beats for as long as its statements come back (each has a timeout).
                while not (await asyncio.wait({running}, timeout=5))[0]:
                    beat()
                running.result()
            finally:
                running.cancel()


async def _rest(left: float, beat: Callable[[], None]) -> None:
    while left > 0:
        beat()
        await MACHINE.sleep(min(left, 5.0))
        left -= 5.0
