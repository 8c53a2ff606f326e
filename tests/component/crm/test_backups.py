"""Backups on real databases: every row comes back, and what is not whole or does not fit is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson
import pytest

from deploy.local import Dsns
from services.crm.backups import forgotten, restoring
from services.crm.backups.archive import MANIFEST, read_manifest
from services.crm.backups.errors import BackupDamaged, BackupTooNew
from services.registry import SERVICES, unconnected_settings
from shared.clock import SystemClock
from shared.contracts.privacy import ConsentChanged, ErasureRequested
from shared.database.dumps import ProgramFailed, load
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.subscription import Subscription
from shared.ids import new_id
from tests.component.crm.conftest import Crm
from tests.infrastructure import CreateDatabase

# What a restore itself writes.
_CHANGED = {
    "outbox": "published",
    "policies": "halted, halted_by, halted_at, restored_from",
}
_WRITTEN = {"epochs", "offsets", "own_topic", "ledger_checks"}


async def rows_of(url: str) -> dict[str, list[str]]:
    """Every row of every table, without what a restore itself writes."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace"
        )
        found = {}
        for (table,) in tables:
            changed = _CHANGED.get(table, "").split(", ")
            rows = await connection.fetch(
                f'select cast(to_jsonb(t) - cast($1 as text[]) as text) as row from "{table}" t order by 1', changed
            )
            if table not in _WRITTEN:
                found[table] = [row["row"] for row in rows]
        return found
    finally:
        await connection.close()


@pytest.fixture(scope="module")
async def source(create_database: CreateDatabase, crm: Crm) -> str:
    """Five databases with something in them, by a template of their address."""
    template = await five(create_database, "full")
    ended = await crm(template, "migrate")
    assert ended.status == 0, ended.err
    for service in SERVICES:
        database = Database(template.format(service=service), source=service, clock=SystemClock(), pool_size=1)
        try:
            async with database.transaction() as tx:
                for _ in range(3):
                    tx.publish(said("granted"), subject=new_id())
                await tx.execute(
                    "insert into offsets values ('somebody', 'privacy-events', 3, 17, null)",
                )
                await tx.execute("insert into inbox values ('somebody', gen_random_uuid(), current_date)")
            async with database.transaction() as tx:
                await tx.execute("update outbox set published = true")
        finally:
            await database.close()
    return template


@pytest.fixture(scope="module")
async def kept(source: str, crm: Crm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of them, with a folder of files."""
    folder: Path = tmp_path_factory.mktemp("backups")
    (folder / "imports" / "deep").mkdir(parents=True)
    (folder / "imports" / "deep" / "sheet.csv").write_text("a;b\n1;2\n")
    words = ("backup", str(folder / "monday"), "--with", f"imports={folder / 'imports'}", "--json")
    ended = await crm(source, *words)
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["places"] == ["imports"]
    return folder / "monday"


def said(state: Literal["granted", "denied"]) -> ConsentChanged:
    """Something to emit."""
    return ConsentChanged(consent_id=new_id(), purpose="news", channel="email", state=state)


async def five(create_database: CreateDatabase, name: str) -> str:
    """Five empty databases."""
    urls = [await create_database(f"{name}_{service}") for service in SERVICES]
    return urls[0].replace(f"{name}_{SERVICES[0]}", f"{name}_{{service}}")


async def test_every_row_and_file_comes_back_and_other_services_hear_everything_again(
    source: str, kept: Path, crm: Crm, create_database: CreateDatabase, tmp_path: Path
) -> None:
    """Catches a table, a column or a file that is left out."""
    target = await five(create_database, "empty")
    ended = await crm(target, "restore", str(kept), "--with", f"imports={tmp_path / 'imports'}", "--json")
    assert ended.status == 0, ended.err
    assert (tmp_path / "imports" / "deep" / "sheet.csv").read_text() == "a;b\n1;2\n"
    for service in SERVICES:
        before, after = await rows_of(source.format(service=service)), await rows_of(target.format(service=service))
        assert after == before, service
        assert len(after["outbox"]) == 3
        assert len(after["inbox"]) == 1
    told = json.loads(ended.out)
    assert told["another_broker"] is False, "the broker of this test is the one of the backup"
    assert await asked(target, "campaigns", "select halted and restored_from is not null from policies") is True
    again = await crm(target, "restore", str(kept))
    assert again.status == 1
    assert "is not empty" in again.err


async def test_a_restore_that_is_cut_off_leaves_an_installation_that_sends_nothing(
    kept: Path, create_database: CreateDatabase, dsns: Dsns, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a switch that is thrown at the end only: whoever starts what is there would send what was sent before."""
    target = await five(create_database, "cut")
    common = {"kafka_bootstrap": dsns.kafka, "topic_prefix": topic_prefix}
    settings = {
        service: unconnected_settings(service).model_copy(
            update={**common, "database_url": target.format(service=service)}
        )
        for service in SERVICES
    }

    async def load_some(url: str, file: Path) -> None:
        if file.stem == "analytics":
            raise ProgramFailed("the disk is full")
        await load(url, file)

    monkeypatch.setattr(restoring, "load", load_some)
    with pytest.raises(ProgramFailed):
        await restoring.restore(settings, kept, read_manifest(kept), None)
    assert await asked(target, "campaigns", "select halted and restored_from is not null from policies") is True


async def test_on_another_broker_the_outbox_is_told_again_in_a_new_epoch(
    source: str, kept: Path, crm: Crm, create_database: CreateDatabase, tmp_path: Path
) -> None:
    """Catches events between two dumps that are lost, and a restored service whose versions nobody believes."""
    moved = tmp_path / "moved"
    shutil.copytree(kept, moved)
    rewrite(moved, broker="another/")
    target = await five(create_database, "moved")
    ended = await crm(target, "restore", str(moved), "--json")
    assert ended.status == 0, ended.err
    assert json.loads(ended.out)["another_broker"] is True
    for service in SERVICES:
        assert await asked(target, service, "select count(*) from outbox where not published") == 3
        assert await asked(target, service, "select max(epoch) from epochs") == 1
        assert await asked(target, service, "select count(*) from offsets") == 0
    # What is emitted now is newer than anything that anybody copied before.
    database = Database(target.format(service="privacy"), source="privacy", clock=SystemClock(), pool_size=1)
    subject = UUID(str(await asked(target, "privacy", "select subject from subjects limit 1")))
    async with database.transaction() as tx:
        tx.publish(said("denied"), subject=subject)
    await database.close()
    assert await asked(target, "privacy", "select max(version) from subjects") > 1 << 40


async def test_a_database_in_use_or_of_another_key_is_refused_before_anything_is_touched(
    source: str, kept: Path, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a restore under a running installation (database-in-use), and one in which nobody is known by a hash
    any more (other-installation-key)."""
    session = await asyncpg.connect(source.format(service="customers"))
    try:
        ended = await crm(source, "restore", str(kept), "--replace")
    finally:
        await session.close()
    assert (ended.status, "1 other sessions are in the database of customers" in ended.err) == (1, True), ended.err
    monkeypatch.setenv("INSTALLATION_KEY", "another-installation-key-of-enough-letters")
    ended = await crm(source, "restore", str(kept), "--replace")
    assert (ended.status, "INSTALLATION_KEY is another one" in ended.err) == (1, True), ended.err
    assert await asked(source, "customers", "select count(*) from outbox") == 3


async def test_somebody_whom_a_service_cannot_erase_again_stops_the_restore(
    source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches an installation that is started with somebody in it who was erased."""

    async def fail(tx: Tx, events: list[Any]) -> None:
        raise RuntimeError("planted")

    broken = Subscription("broken", ["privacy-events"], types=[ErasureRequested], on_batch=fail)
    monkeypatch.setattr(forgotten, "consumers_of", lambda service, settings: [broken])
    url = source.format(service="privacy")
    database = Database(url, source="privacy", clock=SystemClock(), pool_size=2)
    try:
        async with database.transaction() as tx:
            tx.publish(ErasureRequested(request_id=new_id(), aliases=[], fingerprints=[]), subject=new_id())
        with pytest.raises(forgotten.NotErased) as refused:
            settings = unconnected_settings("privacy", database_url=url)
            await forgotten.erase_again({"privacy": settings}, {"privacy": database})
        assert refused.value.slug == "not-erased-again"
    finally:
        async with database.transaction() as tx:
            await tx.execute("delete from outbox where type = :type", {"type": ErasureRequested.TYPE})
            await tx.execute("delete from dead_letters")
        await database.close()


def test_a_damaged_backup_is_refused(kept: Path, tmp_path: Path) -> None:
    """Catches a restore of half a backup: backup-damaged, whatever is wrong."""
    for harm in ("dump", "missing", "manifest", "none"):
        copy = tmp_path / harm
        shutil.copytree(kept, copy)
        dump = copy / "databases" / "privacy.dump"
        if harm == "dump":
            content = bytearray(dump.read_bytes())
            content[len(content) // 2] ^= 1
            dump.write_bytes(bytes(content))
        elif harm == "missing":
            dump.unlink()
        elif harm == "manifest":
            (copy / MANIFEST).write_text((copy / MANIFEST).read_text().replace('"imports"', '"exports"'))
        else:
            (copy / MANIFEST).unlink()
        with pytest.raises(BackupDamaged) as refused:
            read_manifest(copy)
        assert refused.value.slug == "backup-damaged"
    assert read_manifest(kept).places == ("imports",)


@pytest.mark.parametrize("changes", [{"format": 2}, {"heads": dict.fromkeys(SERVICES, "9999")}])
def test_a_backup_of_a_newer_version_is_refused(kept: Path, tmp_path: Path, changes: Mapping[str, Any]) -> None:
    """Catches tables that this version cannot read: backup-too-new."""
    copy = tmp_path / "newer"
    shutil.copytree(kept, copy)
    rewrite(copy, **changes)
    with pytest.raises(BackupTooNew) as refused:
        read_manifest(copy)
    assert refused.value.slug == "backup-too-new"


async def test_a_backup_never_writes_over_another(source: str, kept: Path, crm: Crm) -> None:
    """Catches last night's backup lost by a name used twice: target-not-empty."""
    ended = await crm(source, "backup", str(kept))
    assert (ended.status, "is there already" in ended.err) == (1, True)


async def asked(template: str, service: str, sql: str) -> Any:
    """One value of a service's database."""
    connection = await asyncpg.connect(template.format(service=service))
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def rewrite(folder: Path, **changes: Any) -> None:
    """The manifest with changes, and whole."""
    body = orjson.loads((folder / MANIFEST).read_bytes())
    body.pop("sha256")
    body |= changes
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    (folder / MANIFEST).write_bytes(orjson.dumps({**body, "sha256": digest}))
