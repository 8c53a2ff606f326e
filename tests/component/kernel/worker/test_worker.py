"""A worker stops when asked to, in whatever state it is."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.worker.parts import Job, WorkerContext
from shared.worker.worker import create_worker
from tests.component.kernel.conftest import Settings

UNSTOPPABLE = """
import asyncio, sys
from pathlib import Path
from typing import ClassVar
from shared.worker import worker
from shared.config import ServiceSettings

class Settings(ServiceSettings):
    service: ClassVar[str] = "tests"

class Unstoppable:
    name = "unstoppable"
    async def run(self, context, beat):
        Path(sys.argv[1]).touch()
        while True:
            beat()
            try:
                await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                pass

worker.STOP_S = 0.5
worker.create_worker(Settings(), parts=[Unstoppable()]).main()
"""


async def test_a_worker_that_waits_for_its_database_stops_when_asked(settings: Settings, unused_tcp_port: int) -> None:
    """Catches a start that does not listen: the supervisor would have to kill it."""
    away = settings.model_copy(update={"database_url": f"postgresql://x:x@127.0.0.1:{unused_tcp_port}/x"})
    stop = asyncio.Event()
    running = asyncio.create_task(create_worker(away).run(stop))
    await asyncio.sleep(1.5)
    assert not running.done()
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0


async def test_a_worker_with_all_its_parts_stops_with_status_zero(settings: Settings) -> None:
    """Catches a stop that looks like a crash, and one that hangs in a part."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def job(context: WorkerContext) -> None:
        started.set()
        async with context.database.transaction() as tx:
            await tx.execute("select pg_sleep(8)")

    running = asyncio.create_task(create_worker(settings, jobs=[Job("long", 1.0, job)]).run(stop))
    await asyncio.wait_for(started.wait(), 30)
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0


async def test_a_part_that_fails_ends_the_worker_with_status_one(settings: Settings) -> None:
    """Catches a worker that lives on without one of its parts."""

    class Failing:
        name = "failing"

        async def run(self, context: Any, beat: Any) -> None:
            raise RuntimeError("planted")

    assert await asyncio.wait_for(create_worker(settings, parts=[Failing()]).run(asyncio.Event()), 60) == 1


async def test_a_part_that_ignores_the_stop_cannot_keep_the_process(settings: Settings, tmp_path: Path) -> None:
    """Catches a process that waits for its tasks for ever after it has decided to end."""
    started = tmp_path / "started"
    names = ("database_url", "kafka_bootstrap", "redis_url", "topic_prefix", "api_keys_file")
    env = {**os.environ, "WORKER_PORT": "0", **{name.upper(): str(getattr(settings, name)) for name in names}}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", UNSTOPPABLE, str(started), env=env)
    try:
        async with asyncio.timeout(60):
            while not await asyncio.to_thread(started.exists):
                await asyncio.sleep(0.1)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


async def test_one_worker_at_a_time_does_an_exclusive_job(settings: Settings, pytestconfig: pytest.Config) -> None:
    """Catches two workers of a service that do the same work at once."""
    inside = most = rounds = 0
    done = asyncio.Event()

    async def job(context: WorkerContext) -> None:
        nonlocal inside, most, rounds
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.3)
        inside -= 1
        rounds += 1
        if rounds == 5:
            done.set()

    stop = asyncio.Event()
    workers = [asyncio.create_task(create_worker(settings, jobs=[Job("one", 0.05, job)]).run(stop)) for _ in range(3)]
    await asyncio.wait_for(done.wait(), 60)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*workers), 25)
    assert most == 1


async def test_a_job_that_may_wait_leaves_a_starting_worker_to_its_backlog(settings: Settings) -> None:
    """Catches a nightly comparison that runs at each start, beside the events which have waited."""
    ran: list[str] = []
    begun = asyncio.Event()

    async def early(context: WorkerContext) -> None:
        ran.append("early")
        if len(ran) == 3:
            begun.set()

    async def late(context: WorkerContext) -> None:
        ran.append("late")

    stop = asyncio.Event()
    jobs = [Job("late", 0.05, late, first_s=60), Job("early", 0.05, early)]
    running = asyncio.create_task(create_worker(settings, jobs=jobs).run(stop))
    await asyncio.wait_for(begun.wait(), 30)
    stop.set()
    assert await asyncio.wait_for(running, 20) == 0
    assert "late" not in ran
