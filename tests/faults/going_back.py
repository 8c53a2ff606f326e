"""Databases that go back to a backup, and processes that are replaced by those of another version."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from tests.backups import restore_backup, take_backup
from tests.faults import before
from tests.faults.records import Backup
from tests.faults.world import World


async def backup_of(world: World, service: str) -> Backup:
    """The service's database at this moment, while everything goes on."""
    at = time.time()
    content = await asyncio.to_thread(take_backup, world.administrators[service])
    return Backup(service, content, at)


def somebody_in(world: World, backup: Backup) -> str:
    """Somebody whom the backup knows, who has not withdrawn and is nobody's twin."""
    rows = world.history.rows()
    odd = {row["who"] for row in rows if row["op"] in ("erase", "withdraw", "merge", "complain")}
    known = {
        row["who"] for row in rows if row["op"] == "purchase" and row["outcome"] == "ok" and row["ended"] < backup.at
    }
    return str(world.chance.choice(sorted(who for who in known - odd if not who.endswith("-twin"))))


async def restore(world: World, backup: Backup) -> None:
    """The service's processes end, its database is what it was at the backup, and they start again."""
    service, supervisor = backup.service, world.installation.supervisor
    names = [name for name in world.installation.process_names() if name.startswith(service)]
    for name in names:
        await asyncio.to_thread(supervisor.remove, name)
    memory = await world.outside.remember(service)
    await restore_backup(world.administrators[service], backup.content)
    left = await world.outside.remember(service)
    world.remembered.append(memory)
    world.counts["restored"] += 1
    world.counts["rows forgotten"] += len(set(memory.outbox) - set(left.outbox))
    for name in names:
        await asyncio.to_thread(supervisor.add, world.installation.child(name))


def processes_of_before(world: World) -> int:
    """How many processes run the version before."""
    return sum(before.MODULE in child.argv for child in world.installation.children())


def replace_by_this_version(world: World, name: str) -> None:
    """One process ends, and its successor of this version starts."""
    world.installation.supervisor.remove(name)
    world.installation.plan = replace(world.installation.plan, launchers={})
    world.installation.supervisor.add(world.installation.child(name))
