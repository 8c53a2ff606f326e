"""A lock whose holder can no longer be reached: the holder stops in time, and somebody else can go on."""

from __future__ import annotations

import asyncio

import pytest

from deploy.local import Dsns
from deploy.local.ports import keep_or_choose
from shared.exclusive import exclusive
from tests.faults.product import until
from tests.faults.proxy import Proxy
from tests.faults.world import address_of, moved
from tests.infrastructure import CreateDatabase


async def test_a_lock_is_free_again_after_its_holder_has_fallen_silent_and_stopped(
    dsns: Dsns, create_database: CreateDatabase
) -> None:
    """Open connections that carry nothing. Catches a lock that stays as long as the server keeps a dead connection, and
    a holder that goes on while another has its lock."""
    database = await create_database("silence")
    proxy = Proxy(keep_or_choose({}, ["proxy"])["proxy"], address_of(dsns.postgres))
    proxy.start()

    async def hold() -> None:
        async with exclusive(moved(database, proxy.port), "relay") as mine:
            assert mine
            held.set()
            await asyncio.sleep(600)

    async def another_has_it() -> bool:
        async with exclusive(database, "relay") as mine:
            assert not mine or holder.done(), "two have it at once"
            return mine

    held = asyncio.Event()
    holder = asyncio.create_task(hold())
    try:
        await held.wait()
        assert not await another_has_it()
        proxy.blackhole()
        await until(another_has_it, 60, "another has the lock")
        with pytest.raises(TimeoutError):
            await holder
    finally:
        holder.cancel()
        proxy.stop()


async def test_one_of_many_has_the_lock_for_as_long_as_it_wants(create_database: CreateDatabase) -> None:
    """Longer than the server's patience with silent sessions. Catches a holder that does not ask often enough."""
    database = await create_database("patience")
    async with exclusive(database, "relay") as mine:
        assert mine
        async with exclusive(database, "another") as other:
            assert other
        for _ in range(9):
            await asyncio.sleep(2)
            async with exclusive(database, "relay") as second:
                assert not second
