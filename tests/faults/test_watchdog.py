"""A worker that lives and does not work is found and started again; silent connections are replaced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from deploy.local import Dsns
from deploy.local.installation import Installation, Plan
from deploy.local.ports import keep_or_choose
from shared.ids import new_id
from shared.processes.supervisor import ChildEvent, Supervisor
from shared.worker.watchdog import EXIT_CODE
from tests.faults.opening import address_of, moved
from tests.faults.product import until
from tests.faults.proxy import Proxy

_PLANTED = {"privacy.worker": "stopped-loop", "customers.worker": "lost-connection"}
_SILENCED = "interactions.worker"
_EMIT = """
    insert into outbox (day, event_id, topic, key, type, value)
    values (current_date, $1, 'interactions-events', $2, 'tests.emitted.v1', '{}')
"""


class Watched:
    """Three workers: one whose loop stops, one with a part that never returns, one whose database falls silent."""

    def __init__(self, database: str, proxy: Proxy) -> None:
        self.database = database
        self.proxy = proxy
        self.events: list[ChildEvent] = []

    async def ended(self, name: str) -> int | None:
        """The status with which it ended first."""
        return next((event.status for event in self.events if event.child == name and event.what == "exited"), None)

    async def starts(self, name: str) -> bool:
        """Whether it was started a second time."""
        return len([event for event in self.events if event.child == name and event.what == "started"]) > 1


@pytest.fixture(scope="module")
async def watched(dsns: Dsns, session_id: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Watched]:
    folder: Path = tmp_path_factory.mktemp("watched")
    proxy = Proxy(keep_or_choose({}, ["proxy"])["proxy"], address_of(dsns.postgres))
    proxy.start()
    launchers = {name: ("tests.faults.mutants.run", planted) for name, planted in _PLANTED.items()}
    plan = Plan(topic_prefix=f"{session_id}-w-", launchers=launchers)
    direct = Installation(folder, dsns, plan)
    await asyncio.to_thread(direct.prepare)
    silenced = Installation(folder, Dsns(moved(dsns.postgres, proxy.port), dsns.redis, dsns.kafka), plan)
    run = Watched(direct.database_url("interactions"), proxy)
    children = [*(direct.child(name) for name in _PLANTED), silenced.child(_SILENCED)]
    supervisor = Supervisor(children, run.events.append)
    supervisor.start()
    yield run
    await asyncio.to_thread(supervisor.stop)
    proxy.stop()


async def published(database: str, event_id: object) -> bool:
    connection = await asyncpg.connect(database)
    try:
        return bool(await connection.fetchval("select published from outbox where event_id = $1", event_id))
    finally:
        await connection.close()


async def emit(database: str) -> object:
    event_id = new_id()
    connection = await asyncpg.connect(database)
    await connection.execute(_EMIT, event_id, uuid4())
    await connection.close()
    return event_id


async def test_a_worker_whose_database_falls_silent_goes_on_with_new_connections(watched: Watched) -> None:
    """Established connections carry nothing more and are never reset. Catches a wait without a limit."""
    first = await emit(watched.database)
    await until(lambda: published(watched.database, first), 60, "the first event is sent")
    watched.proxy.blackhole()
    second = await emit(watched.database)
    await until(lambda: published(watched.database, second), 60, "the event after the silence is sent")


@pytest.mark.parametrize("name", _PLANTED)
async def test_a_worker_that_hangs_is_ended_by_its_watchdog_and_started_again(watched: Watched, name: str) -> None:
    """A stopped event loop, and a part that waits for ever while its neighbours answer. Catches a watchdog that runs in
    the very loop it watches, and one that is content with a heartbeat."""
    status = await until(lambda: watched.ended(name), 90, f"{name} is ended")
    assert status == EXIT_CODE
    await until(lambda: watched.starts(name), 30, f"{name} is started again")
