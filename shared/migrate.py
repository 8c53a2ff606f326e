"""Before a service starts: `python -m shared.migrate customers` brings its database to the newest schema and creates
the topics that are missing. Harmless when there is nothing to do; several at once wait for each other."""

from __future__ import annotations

import argparse
import asyncio
import importlib
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection, MetaData, pool, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.clock import SystemClock
from shared.database import Database
from shared.kafka import create_topics
from shared.logging import configure_logging
from shared.partitions import maintain

SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")


def run_migrations(service: str, database_url: str) -> None:
    """Upgrade to head; two processes that try at once wait for each other (advisory lock). Then daily partitions."""
    package = importlib.import_module(f"services.{service}")
    folder = Path(next(iter(package.__path__))) / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["database_url"] = database_url
    command.upgrade(config, "head")
    asyncio.run(_first_partitions(service, database_url))


def run_env(metadata: MetaData) -> None:
    """What each service's migrations/env.py calls."""
    asyncio.run(_upgrade(metadata, context.config.attributes["database_url"]))


async def _upgrade(metadata: MetaData, database_url: str) -> None:
    engine = create_async_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool
    )
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


def main() -> None:
    """Command line: the database is the service's DATABASE_URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=SERVICES)
    service = parser.parse_args().service
    settings = importlib.import_module(f"services.{service}.config").Settings()
    configure_logging(settings.log_level, service=service, process="migrate")
    run_migrations(service, settings.database_url)
    asyncio.run(create_topics(settings))


if __name__ == "__main__":
    main()
