"""Restore a backup into empty databases, so that the installation can be started on it without harm.

Nothing is sent until somebody has decided about what waited; nobody who was erased since is there again; what every
service had emitted and others had not heard is heard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.campaigns.delivery.service import enter_hand_overs
from services.campaigns.gate.service.policies import halt_restored
from services.campaigns.messages.service.settling import count_due
from services.crm.backups.archive import Manifest, copy_place, dump_of, number_of, place_of
from services.crm.backups.errors import OtherInstallation, TargetInUse, TargetNotEmpty
from services.crm.backups.forgotten import erase_again, recover_refusals
from services.crm.backups.taking import ORDER, broker_of
from services.registry import run_migrations
from shared.clock import open_clock
from shared.config import ServiceSettings
from shared.contracts.campaigns import MessageSettled
from shared.database.dumps import empty, is_empty, load, others_in
from shared.database.engine import Database
from shared.events.journal import read_journal
from shared.events.new_broker import go_on_with_another_broker
from shared.kafka.clients import create_topics

BY = "restore"
# Statements over whole tables.
_PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `another_broker`: the topics of the backup are not there, and everything is told again."""

    another_broker: bool
    refusals: int
    erased: int
    hand_overs: int
    due: int


def put_back(archive: Path, manifest: Manifest, places: Mapping[str, Path], *, replace: bool) -> list[str]:
    """Keys and files stand where `places` says; returns which. Raises TargetNotEmpty unless they may be replaced."""
    wanted = [name for name in manifest.places if name in places]
    for name in wanted:
        target = places[name]
        if not replace and target.exists() and (target.is_file() or any(target.iterdir())):
            raise TargetNotEmpty(f"{target} is there already.", cure="Name another folder, or say --replace.")
    for name in wanted:
        copy_place(place_of(archive, name), places[name])
    return wanted


async def refuse_wrong_targets(settings: Mapping[str, ServiceSettings], manifest: Manifest, *, replace: bool) -> None:
    """Before anything is touched. Raises OtherInstallation, TargetInUse, TargetNotEmpty."""
    if number_of(settings["campaigns"].installation_key.get_secret_value()) != manifest.installation:
        raise OtherInstallation(
            "INSTALLATION_KEY is another one than that of the backup: no id and no hash would be known.",
            cure="Set the key of the installation that was backed up (its secrets are in the backup's files).",
        )
    for service in ORDER:
        url = settings[service].database_url
        if sessions := await others_in(url):
            raise TargetInUse(
                f"{sessions} other sessions are in the database of {service}.", cure="Stop all apps and workers first."
            )
        if not replace and not await is_empty(url):
            raise TargetNotEmpty(
                f"The database of {service} is not empty.",
                cure="Restore into empty databases, or say --replace to lose what is there.",
            )


async def restore(
    settings: Mapping[str, ServiceSettings], archive: Path, manifest: Manifest, journal: Path | None
) -> Restored:
    """The databases of the backup, of this version's schema, and what was said since and is still known somewhere: in
    the topics, if they are there, and in the journal. Raises ProgramMissing, ProgramFailed."""
    databases = {service: _database(settings[service]) for service in ORDER}
    try:
        for service in ORDER:
            url = settings[service].database_url
            if not await is_empty(url):
                await empty(url)
            await load(url, dump_of(archive, service))
            await asyncio.to_thread(run_migrations, service, url)
            if service == "campaigns":
                # At once: a restore that is cut off leaves an installation that sends nothing.
                async with databases[service].transaction() as tx:
                    await halt_restored(tx, manifest.taken_at, BY)
            await create_topics(settings[service])
        another = manifest.broker is None or await broker_of(settings["campaigns"]) != manifest.broker
        if another:
            for database in databases.values():
                async with database.transaction() as tx:
                    await go_on_with_another_broker(tx)
        hand_overs, due = await _enter_hand_overs(databases["campaigns"], journal, another=another)
        refusals = await recover_refusals(settings["privacy"], databases["privacy"], journal)
        erased = await erase_again(settings, databases)
    finally:
        for database in databases.values():
            await database.close()
    return Restored(another, refusals, erased, hand_overs, due)


async def _enter_hand_overs(database: Database, journal: Path | None, *, another: bool) -> tuple[int, int]:
    settled = [] if journal is None else list(read_journal(journal, "campaigns", [MessageSettled]))
    async with database.transaction() as tx:
        if another:
            await tx.execute("delete from own_topic")
        entered = await enter_hand_overs(tx, settled)
        return entered, await count_due(tx)


def _database(settings: ServiceSettings) -> Database:
    return Database(
        settings.database_url,
        source=settings.service,
        clock=open_clock(settings.clock_file),
        pool_size=2,
        command_timeout_s=_PATIENCE_S,
    )
