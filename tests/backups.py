"""Take the contents of a database, and put them back: what the restore of a backup leaves an installation with."""

from __future__ import annotations

import asyncio
import subprocess

import asyncpg

from deploy.local.postgres import binaries

_TABLES = """
    select string_agg(format('%I', relname), ', ') from pg_class
    where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
      and relname <> 'alembic_version'
"""


def take_backup(dsn: str) -> bytes:
    """Every row, as one moment had them."""
    dump = [str(binaries() / "pg_dump"), "--data-only", "--exclude-table=alembic_version", dsn]
    done = subprocess.run(dump, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


async def restore_backup(dsn: str, backup: bytes) -> None:
    """The rows of `backup`, and no others. Tables, which may be in use by idle connections, stay the same."""
    connection = await asyncpg.connect(dsn)
    try:
        # Ledgers refuse to be emptied, and references their order.
        await connection.execute("set session_replication_role = replica")
        await connection.execute(f"truncate {await connection.fetchval(_TABLES)}")
    finally:
        await connection.close()
    command = [str(binaries() / "psql"), "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null"]
    await asyncio.to_thread(_load, [*command, dsn], b"set session_replication_role = replica;\n" + backup)


def _load(command: list[str], sql: bytes) -> None:
    done = subprocess.run(command, input=sql, capture_output=True, timeout=100)
    assert done.returncode == 0, done.stderr.decode()
