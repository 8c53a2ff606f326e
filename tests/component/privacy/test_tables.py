"""The tables that the code describes are those that the migrations make."""

from __future__ import annotations

import asyncio
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

import services.privacy.consents.tables
import services.privacy.erasures.tables
import services.privacy.identity.tables
import services.privacy.permits.tables
import services.privacy.subject_locks.tables
import services.privacy.suppressions.tables  # noqa: F401
from services.privacy.metadata import metadata


def _differences(connection: Connection) -> list[Any]:
    ours = set(metadata.tables)

    def compared(item: Any, name: str | None, kind: str, *_: Any) -> bool:
        # Indexes serve statements and live in the migration alone; so do the kernel's tables.
        return kind != "index" and (kind != "table" or name in ours)

    context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": compared})
    return list(compare_metadata(context, metadata))


async def test_tables_and_migrations_agree(database_url: str) -> None:
    """Catches a column that only one of both knows."""
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with asyncio.timeout(30), engine.connect() as connection:
            assert await connection.run_sync(_differences) == []
    finally:
        await engine.dispose()
