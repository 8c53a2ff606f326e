"""A lock for one process at a time, held in a database session: it ends when its process ends or cannot be reached."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shared.clock import MACHINE

# The holder asks its session something this often, and gives up after ANSWER_S without an answer. Both together stay
# below IDLE_S, after which the server ends a session that asks nothing: so a holder whose network has fallen
# silent stops before anybody else can have the lock. Without this the lock would stay for as long as the server keeps a
# connection whose other side is gone, two hours by default.
_EVERY_S = 3.0
_ANSWER_S = 5.0
_IDLE_S = 15
_SETTINGS = {"idle_session_timeout": str(_IDLE_S * 1000), "application_name": "exclusive"}


@asynccontextmanager
async def exclusive(url: str, name: str) -> AsyncIterator[bool]:
    """True inside for one process at a time per database; False for the others (nobody waits).

    Raises TimeoutError inside when the session, and the lock with it, may be lost. A process that was stopped for
    longer than the server's patience learns it when it goes on: what is done inside must bear a short overlap.
    """
    connection = await asyncpg.connect(url, timeout=5, command_timeout=_ANSWER_S, server_settings=_SETTINGS)
    try:
        if not await connection.fetchval("select pg_try_advisory_lock(hashtextextended($1, 0))", name):
            yield False
            return
        async with asyncio.timeout(None) as limit:
            keeping = asyncio.create_task(_keep(connection, limit), name=f"lock:{name}")
            try:
                yield True
            finally:
                keeping.cancel()
    finally:
        connection.terminate()


async def _keep(connection: Any, limit: asyncio.Timeout) -> None:
    try:
        while True:
            await MACHINE.sleep(_EVERY_S)
            await connection.execute("select 1")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError):
        limit.reschedule(asyncio.get_running_loop().time())
