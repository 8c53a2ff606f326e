"""Take a backup while everything goes on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
from aiokafka.errors import KafkaError

from services.crm.backups.archive import (
    Manifest,
    copy_place,
    dump_of,
    files_in,
    number_of,
    place_of,
    write_manifest,
)
from services.crm.backups.errors import TargetNotEmpty
from shared.bounded import within
from shared.clock import SystemClock
from shared.config import ServiceSettings
from shared.database.dumps import dump, one_moment
from shared.kafka.clients import cluster_of

# Who hears before who is heard: what a consumer has taken in, its source has as well. What the source has emitted and
# the consumer has not heard is sent again after a restore.
ORDER = ("campaigns", "analytics", "privacy", "customers", "interactions")
_BROKER_S = 10.0


async def take(settings: Mapping[str, ServiceSettings], places: Mapping[str, Path], target: Path) -> Manifest:
    """A backup in the new folder `target`: all databases as of one moment, give or take some milliseconds, then the
    files and folders of `places` that are there. Raises TargetNotEmpty, ProgramMissing, ProgramFailed."""
    partial = await asyncio.to_thread(_fresh, target)
    broker = await broker_of(settings["campaigns"])
    async with AsyncExitStack() as moments:
        snapshots = {
            service: await moments.enter_async_context(one_moment(settings[service].database_url)) for service in ORDER
        }
        taken_at = SystemClock().now()
        for service, snapshot in snapshots.items():
            await dump(settings[service].database_url, snapshot, dump_of(partial, service))
    # After the databases: a file is there before the row that names it.
    kept = await asyncio.to_thread(_keep, places, partial)
    manifest = Manifest(
        taken_at=taken_at,
        heads={service: await _head_of(settings[service].database_url) for service in ORDER},
        installation=number_of(settings["campaigns"].installation_key.get_secret_value()),
        broker=broker,
        places=kept,
        files=await asyncio.to_thread(files_in, partial),
    )
    await asyncio.to_thread(_complete, partial, manifest, target)
    return manifest


def _fresh(target: Path) -> Path:
    if target.exists():
        raise TargetNotEmpty(f"{target} is there already.", cure="Name a new folder.")
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "databases").mkdir(parents=True)
    partial.chmod(0o700)
    return partial


def _keep(places: Mapping[str, Path], folder: Path) -> tuple[str, ...]:
    kept = {name: path for name, path in places.items() if path.exists()}
    for name, path in kept.items():
        copy_place(path, place_of(folder, name))
    return tuple(kept)


def _complete(partial: Path, manifest: Manifest, target: Path) -> None:
    write_manifest(partial, manifest)
    partial.rename(target)


async def broker_of(settings: ServiceSettings) -> str | None:
    """Which Kafka, and under which prefix, the topics are; None when it does not answer."""
    try:
        return f"{await within(_BROKER_S, cluster_of(settings))}/{settings.topic_prefix}"
    except (KafkaError, OSError, TimeoutError):
        return None


async def _head_of(url: str) -> str:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return str(await connection.fetchval("select version_num from alembic_version"))
    finally:
        await connection.close()
