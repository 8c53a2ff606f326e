"""Schema upgrades with alembic: several at once wait for each other, and an upgrade with nothing to do is harmless."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text

from shared.clock import SystemClock
from shared.database.engine import Database, make_engine
from shared.database.partitions import maintain


def upgrade(source: str, folder: Path, database_url: str, revision: str = "head") -> None:
    """Bring a database to `revision` of the migrations in `folder`, then make the daily partitions.

    Two processes that try at once wait for each other (advisory lock).
    """
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["database_url"] = database_url
    command.upgrade(config, revision)
    asyncio.run(_first_partitions(source, database_url))


def run_env(metadata: MetaData) -> None:
    """What each service's migrations/env.py calls."""
    asyncio.run(_upgrade(metadata, context.config.attributes["database_url"]))


async def _upgrade(metadata: MetaData, database_url: str) -> None:
    engine = make_engine(database_url, {}, poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade_sync, metadata)
    await engine.dispose()


def _upgrade_sync(connection: Connection, metadata: MetaData) -> Any:
    connection.execute(text("select pg_advisory_xact_lock(hashtextextended('migrations', 0))"))
    context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()


async def _first_partitions(service: str, database_url: str) -> None:
    database = Database(database_url, source=service, clock=SystemClock(), pool_size=1)
    try:
        await maintain(database)
    finally:
        await database.close()
