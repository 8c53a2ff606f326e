"""What campaigns worked out from an older database: nothing that ran before may be refused or judged otherwise."""

from __future__ import annotations

import asyncio

import asyncpg

from services.registry import run_migrations
from tests.infrastructure import CreateDatabase
from tests.upgrade.test_upgrade import DUMPS, restore


async def test_segments_and_terms_of_an_older_installation_are_known(create_database: CreateDatabase) -> None:
    """Catches a campaign that ran for months and cannot be resumed, because its segment was told of before there was a
    copy of segments; and one that is judged by no terms."""
    dsn = await create_database("upgrade_campaigns_known")
    restore(DUMPS / "campaigns.0001.sql.gz", dsn)
    await asyncio.to_thread(run_migrations, "campaigns", dsn)
    connection = await asyncpg.connect(dsn)
    try:
        used = await connection.fetchval(
            """select count(*) from campaigns where state <> 'draft' and definition->'trigger' ? 'segment_id'"""
        )
        missing = await connection.fetchval(
            """select count(*) from campaigns c where state <> 'draft' and definition->'trigger' ? 'segment_id'
               and not exists (select from segments s where s.segment_id::text = definition->'trigger'->>'segment_id'
                               and s.state = 'live')"""
        )
        members = await connection.fetchval(
            "select count(*) from memberships where segment_id not in (select segment_id from segments)"
        )
        without = await connection.fetchval(
            "select count(*) from campaigns c left join terms t on t.id = c.id where t.id is null or t.stale"
        )
    finally:
        await connection.close()
    assert used > 0, "the dump shows nothing"
    assert (missing, members, without) == (0, 0, 0)
