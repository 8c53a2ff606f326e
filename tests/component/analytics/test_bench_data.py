"""What the benchmarks store beforehand is what the service would have stored."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from services.analytics.config import Settings
from services.analytics.service.programs import Programs
from tests.bench.history import store_history
from tests.component.analytics.world import World

_INDEXES = """
    select x.indexrelid::regclass::text as name, x.indrelid::regclass::text as table, x.indisvalid as valid,
           pg_get_indexdef(x.indexrelid) as definition
    from pg_index x where x.indrelid::regclass::text like 'facts%' order by 1
"""


class Site:
    """As much of a bench site as the makers of data use."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @contextlib.asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Any]:
        assert service == "analytics"
        connection = await asyncpg.connect(self._settings.database_url)
        yield connection
        await connection.close()


async def test_a_made_history_leaves_the_tables_as_the_migration_makes_them(world: World) -> None:
    """Catches an index that is not made again, or on no partition, and facts of customers whom nobody knows."""
    async with world.database.transaction() as tx:
        before = await tx.rows(_INDEXES)
        compiled = await Programs().current(tx)
    await store_history(Site(world.settings), compiled, 50, 1_000)  # type: ignore[arg-type]
    async with world.database.transaction() as tx:
        assert await tx.rows(_INDEXES) == before
        assert await tx.value("select count(*) from facts join states using (customer_id)") == 1_000
        assert await tx.value("select count(*) from states") == 50
