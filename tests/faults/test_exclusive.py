"""A lock whose holder can no longer be reached: the holder stops in time, and somebody else can go on."""

from __future__ import annotations

import asyncio

import pytest

from deploy.local import Dsns
from deploy.local.ports import keep_or_choose
from shared.database.exclusive import exclusive
from tests.faults.opening import address_of, moved
from tests.faults.product import until
from tests.faults.proxy import Proxy
from tests.infrastructure import CreateDatabase


async def test_a_lock_is_lost_by_silence_only_and_never_before_its_holder_has_stopped(
    dsns: Dsns, create_database: CreateDatabase
) -> None:
    """Open connections that carry nothing. Catches a lock that stays as long as the server keeps a dead connection, a
    holder that goes on while another has its lock, and one that is healthy and does not ask often enough."""
    database = await create_database("silence")
    proxy = Proxy(keep_or_choose({}, ["proxy"])["proxy"], address_of(dsns.postgres))
    proxy.start()
    held = asyncio.Event()

    async def hold() -> None:
        async with exclusive(moved(database, proxy.port), "silenced") as acquired:
            assert acquired
            held.set()
            await asyncio.sleep(600)

    async def another_has_it() -> bool:
        async with exclusive(database, "silenced") as acquired:
            assert not acquired or holder.done(), "two have it at once"
            return acquired

    holder = asyncio.create_task(hold())
    try:
        async with exclusive(database, "healthy") as healthy:
            assert healthy
            await held.wait()
            assert not await another_has_it()
            proxy.blackhole()
            # By then the server's patience with silent sessions is over, also with the healthy one's.
            await until(another_has_it, 60, "another has the lock")
            async with exclusive(database, "healthy") as second:
                assert not second
        with pytest.raises(TimeoutError):
            await holder
    finally:
        holder.cancel()
        proxy.stop()
