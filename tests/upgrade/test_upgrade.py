"""Databases made and filled by an earlier version are upgraded, and nothing that was in them is lost.

`dumps/<service>.0001.sql.gz` hold the five databases of a small installation as the first released schema left them:
customers with merges (one undone), consents, suppressions, a restriction, an erasure, campaigns with their messages,
segments with members, dead letters. A later schema adds a dump of its own beside them.
"""

from __future__ import annotations

import asyncio
import gzip
import subprocess
from pathlib import Path

import asyncpg
import pytest

from deploy.local.postgres import binaries
from services.registry import SERVICES, run_migrations
from tests.infrastructure import CreateDatabase

DUMPS = Path(__file__).parent / "dumps"
# The revision itself is what an upgrade changes.
NOT_DATA = {"alembic_version"}
# The list of customers with an open complaint, which is there for segments.
ADDED = ("c0000000-000",)

# Tables and views, but not the partitions of a partitioned table: their rows are read through it.
_TABLES = """
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v') and not c.relispartition
    group by c.relname
"""

Contents = dict[str, tuple[list[str], list[str]]]


async def contents_of(dsn: str, wanted: Contents | None = None) -> Contents:
    """Each table's columns, and its rows as sorted text; of the tables and columns in `wanted` when given."""
    connection = await asyncpg.connect(dsn)
    try:
        found: Contents = {}
        tables = {row["name"]: row["columns"] for row in await connection.fetch(_TABLES)}
        for name in tables if wanted is None else wanted:
            columns = tables[name] if wanted is None else wanted[name][0]
            missing = [column for column in columns if column not in tables.get(name, ())]
            assert not missing, f"{name} lost {missing}"
            listed = ", ".join(f'"{column}"' for column in columns)
            rows = await connection.fetch(f'select row({listed})::text as row from "{name}" order by 1')
            found[name] = columns, [row["row"] for row in rows]
        return found
    finally:
        await connection.close()


def restore(dump: Path, dsn: str) -> None:
    with gzip.open(dump) as file:
        sql = file.read()
    command = [
        str(binaries() / "psql"),
        "--quiet",
        "--no-psqlrc",
        "--set",
        "ON_ERROR_STOP=1",
        "--output",
        "/dev/null",
        dsn,
    ]
    done = subprocess.run(command, input=sql, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("service", SERVICES)
async def test_an_older_database_is_upgraded_without_losing_a_row(
    service: str, create_database: CreateDatabase
) -> None:
    """Catches a migration that drops, empties or rewrites what an installation has, and one that fails on real rows."""
    dsn = await create_database(f"upgrade_{service}")
    restore(DUMPS / f"{service}.0001.sql.gz", dsn)
    before = {name: kept for name, kept in (await contents_of(dsn)).items() if name not in NOT_DATA}
    assert sum(len(rows) for _, rows in before.values()) > 50, "the dump is nearly empty"

    await asyncio.to_thread(run_migrations, service, dsn)

    after = await contents_of(dsn, before)
    # What a migration adds is named here, so that nothing else comes unseen.
    kept = {name: [row for row in rows if not any(id in row for id in ADDED)] for name, (_, rows) in after.items()}
    assert kept == {name: rows for name, (_, rows) in before.items()}
