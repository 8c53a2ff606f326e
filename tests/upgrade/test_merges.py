"""While the version before runs beside this one, each hears of the merges that the other stores."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg

from services.registry import run_migrations
from tests.infrastructure import CreateDatabase
from tests.upgrade.test_upgrade import DUMPS, restore


async def _upgraded(create_database: CreateDatabase, service: str) -> Any:
    dsn = await create_database(f"upgrade_merges_{service}")
    restore(DUMPS / f"{service}.0001.sql.gz", dsn)
    await asyncio.to_thread(run_migrations, service, dsn)
    return await asyncpg.connect(dsn)


async def test_analytics_of_before_writes_aliases(create_database: CreateDatabase) -> None:
    """Catches a merge that one of both versions does not see, and an undoing that a late copy takes back."""
    database = await _upgraded(create_database, "analytics")
    try:
        survivor, absorbed, merge = uuid4(), uuid4(), uuid4()
        await database.execute("insert into aliases values ($1, $2, $3)", absorbed, survivor, merge)
        held = "select survivor, undone from merges where merge_id = $1"
        assert tuple(await database.fetchrow(held, merge)) == (survivor, False)
        await database.execute("insert into undone_merges values ($1)", merge)
        await database.execute("delete from aliases where customer_id = $1 and merge_id = $2", absorbed, merge)
        assert (await database.fetchrow(held, merge))["undone"]

        merge = uuid4()
        await database.execute("insert into merges values ($1, $2, $3)", merge, absorbed, survivor)
        known = "select survivor from aliases where customer_id = $1"
        assert await database.fetchval(known, absorbed) == survivor
        await database.execute("update merges set undone = true where merge_id = $1", merge)
        assert await database.fetchval(known, absorbed) is None
        assert await database.fetchval("select true from undone_merges where merge_id = $1", merge)
        await database.execute("insert into merges values ($1, $2, $3)", uuid4(), absorbed, survivor)
        await database.execute("delete from merges where survivor = $1", survivor)
        assert await database.fetchval(known, absorbed) is None
        overtaken = uuid4()
        await database.execute("insert into undone_merges values ($1)", overtaken)
        assert (await database.fetchrow(held, overtaken))["undone"]
    finally:
        await database.close()


async def test_privacy_and_campaigns_of_before_write_under_the_former_names(create_database: CreateDatabase) -> None:
    """Catches a view that a statement of the version before cannot write."""
    for service, old, current in (("privacy", "old", "current"), ("campaigns", "old_id", "current_id")):
        database = await _upgraded(create_database, service)
        try:
            merge, absorbed, survivor = uuid4(), uuid4(), uuid4()
            insert = f"insert into aliases as a (merge_id, {old}, {current}, undone) values ($1, $2, $3, $4)"
            await database.execute(f"{insert} on conflict do nothing", merge, absorbed, survivor, False)
            await database.execute(
                f"{insert} on conflict (merge_id) do update set undone = a.undone or excluded.undone",
                merge, absorbed, survivor, True,
            )  # fmt: skip
            row = await database.fetchrow("select absorbed, survivor, undone from merges where merge_id = $1", merge)
            assert tuple(row) == (absorbed, survivor, True)
        finally:
            await database.close()
