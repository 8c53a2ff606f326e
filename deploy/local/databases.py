"""A database for each service, and a role that owns it and may enter no other."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

import asyncpg

# What an installation of before was made by the superuser: the role could read none of it.
_FOREIGN = """
select format('alter %s %s owner to %I',
              case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
                   else 'table' end, c.oid::regclass, $1::text)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p', 'v', 'm', 'S')
  and pg_get_userbyid(c.relowner) <> $1
  -- A table's own sequences go with it.
  and not exists (select from pg_depend d where d.objid = c.oid and d.classid = 'pg_class'::regclass
                  and d.deptype in ('a', 'i', 'e') and c.relkind = 'S')
union all
select format('alter routine %s owner to %I', p.oid::regprocedure, $1::text)
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'public' and pg_get_userbyid(p.proowner) <> $1
  and not exists (select from pg_depend d where d.objid = p.oid and d.classid = 'pg_proc'::regclass and d.deptype = 'e')
"""


def load_passwords(folder: Path, services: Iterable[str]) -> dict[str, str]:
    """The password of each service's role, kept in `folder`, readable by its owner."""
    file = folder / "database-passwords.json"
    passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    for service in services:
        passwords.setdefault(service, secrets.token_urlsafe(24))
    file.touch(mode=0o600)
    file.write_text(json.dumps(passwords, indent=1))
    return passwords


def address(postgres: str, name: str, password: str, role: str | None = None) -> str:
    """The address of the database `name` on the server of `postgres`, for the role of that name or another."""
    parts = urlsplit(postgres)
    server = parts.netloc.rpartition("@")[2]
    user = f"{quote(role or name, safe='')}:{quote(password, safe='')}"
    return parts._replace(netloc=f"{user}@{server}", path=f"/{name}").geturl()


def administrators_address(postgres: str, name: str) -> str:
    """The same database for whoever `postgres` names."""
    return urlsplit(postgres)._replace(path=f"/{name}").geturl()


async def create_databases(postgres: str, passwords: Mapping[str, str]) -> None:
    """Databases that are missing, each with a role of its name that owns it and has this password; nobody else may
    connect, except superusers. `postgres` names one of these."""
    connection = await asyncpg.connect(postgres)
    try:
        databases = {row["datname"] for row in await connection.fetch("select datname from pg_database")}
        roles = {row["rolname"] for row in await connection.fetch("select rolname from pg_roles")}
        for name, password in passwords.items():
            verb = "alter" if name in roles else "create"
            await connection.execute(
                await connection.fetchval(f"select format('{verb} role %I login password %L', $1::text, $2::text)",
                                          name, password)
            )  # fmt: skip
            if name in databases:
                await connection.execute(f'alter database "{name}" owner to "{name}"')
            else:
                await connection.execute(f'create database "{name}" owner "{name}"')
            await connection.execute(f'revoke all on database "{name}" from public')
    finally:
        await connection.close()
    for name in passwords.keys() & databases:
        await _hand_over(administrators_address(postgres, name), name)


async def _hand_over(database: str, role: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        for row in await connection.fetch(_FOREIGN, role):
            await connection.execute(row[0])
    finally:
        await connection.close()
