"""Compare the tables that a service declares (SQLAlchemy) with those that its migrations have made (PostgreSQL)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.database.kernel_tables import KERNEL_TABLES

_NOT_DECLARED = {*KERNEL_TABLES, "alembic_version"}
_DECLARED, _MIGRATED = "declared", "public"
# Partitions follow their table.
_COLUMNS = text("""
    select c.relname || '.' || a.attname as name,
           format_type(a.atttypid, a.atttypmod)
               || case when a.attnotnull then ' not null' else '' end
               || coalesce(' key ' || nullif(array_position(i.indkey, a.attnum) + 1, 0), '') as shape
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relnamespace = cast(:schema as regnamespace) and c.relkind in ('r', 'p') and not c.relispartition
""")


async def differences(dsn: str, metadata: MetaData) -> list[str]:
    """A line for each column whose presence, type, nullability or place in the primary key differs.

    The declared tables are made in a schema of their own, so that PostgreSQL itself says what each type is; all of it
    is rolled back.
    """
    engine = create_async_engine(dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            migrated = await _columns(connection, _MIGRATED)
            await connection.execute(text(f"create schema {_DECLARED}"))
            there = await connection.execution_options(schema_translate_map={None: _DECLARED})
            await there.run_sync(metadata.create_all)
            declared = await _columns(connection, _DECLARED)
            await connection.rollback()
    finally:
        await engine.dispose()
    return [
        f"{name}: {migrated.get(name, 'absent')} as migrated, {declared.get(name, 'absent')} as declared"
        for name in sorted({*migrated, *declared})
        if migrated.get(name) != declared.get(name)
    ]


async def _columns(connection: AsyncConnection, schema: str) -> dict[str, Any]:
    rows = (await connection.execute(_COLUMNS, {"schema": schema})).mappings()
    return {row["name"]: row["shape"] for row in rows if row["name"].partition(".")[0] not in _NOT_DECLARED}
