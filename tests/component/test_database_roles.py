"""A role for each service: it owns its database and may not enter another."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from deploy.local import Dsns
from deploy.local.databases import address, administrators_address, create_databases

PASSWORDS = {"one": "first-password", "other": "second/pass:word"}


@pytest.fixture
async def roles(dsns: Dsns, session_id: str) -> AsyncIterator[dict[str, str]]:
    """Password by name of two databases, of which the first was made before there were roles, with things in it."""
    named = {f"{session_id}_roles_{name}": password for name, password in PASSWORDS.items()}
    old = next(iter(named))
    server = await asyncpg.connect(dsns.postgres)
    await server.execute(f'create database "{old}"')
    before = await asyncpg.connect(administrators_address(dsns.postgres, old))
    await before.execute(
        "create table kept (id bigint generated always as identity, n serial) partition by range (id);"
        "create table kept_1 partition of kept for values from (0) to (10); create sequence counted;"
        "create view seen as select * from kept;"
        "create function one() returns int language sql as 'select 1'; insert into kept default values"
    )
    await before.close()
    await create_databases(dsns.postgres, named)
    yield named
    for name in named:
        await server.execute(f'drop database "{name}" with (force)')
        await server.execute(f'drop role "{name}"')
    await server.close()


async def test_each_enters_its_own_database_and_no_other(dsns: Dsns, roles: dict[str, str]) -> None:
    """Catches one leaked password that opens five databases, and a password with odd characters that opens none."""
    one, other = roles
    for name, password in roles.items():
        connection = await asyncpg.connect(address(dsns.postgres, name, password))
        await connection.execute("create table made (n int)")
        assert not await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
        await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(address(dsns.postgres, other, roles[one], role=one))


async def test_what_an_older_installation_holds_is_handed_over(dsns: Dsns, roles: dict[str, str]) -> None:
    """Catches an upgrade after which a service may not read its own tables, or not migrate them."""
    one = next(iter(roles))
    connection = await asyncpg.connect(address(dsns.postgres, one, roles[one]))
    assert await connection.fetchval("select count(*) from seen") == 1
    await connection.execute("alter table kept_1 add check (id >= 0)")
    await connection.execute("alter table kept add column more int")
    await connection.execute("drop function one(); drop sequence counted")
    await connection.close()


async def test_a_new_password_counts_from_the_next_start(dsns: Dsns, roles: dict[str, str]) -> None:
    """Catches a lost password file that locks an installation out for good."""
    one = next(iter(roles))
    await create_databases(dsns.postgres, {one: "changed"})
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(address(dsns.postgres, one, roles[one]))
    await (await asyncpg.connect(address(dsns.postgres, one, "changed"))).close()
