"""The people of an upgraded installation keep their ids, and the other services hear what each of them is called by."""

from __future__ import annotations

import asyncio
from pathlib import Path

from deploy.local import Dsns
from services.customers.config import Settings
from services.customers.respellings.service import respell_identifiers
from services.registry import run_migrations
from shared.clock import SystemClock
from shared.contracts.customers import IdentifierOwned
from shared.contracts.envelope import Origin, read_envelope
from shared.contracts.registry import FACTS
from shared.database.engine import Database
from tests.infrastructure import CreateDatabase
from tests.upgrade.test_upgrade import DUMPS, restore

_PEOPLE = "select customer_id, identifier_id, value, fingerprint from identifiers order by identifier_id"
_OWNERS = """
    select fingerprint, customer_id, generation from identifier_owners
    where customer_id is not null order by fingerprint
"""
_SAID = "select value from outbox where type = 'customers.identifier_owned.v1' order by id"


async def test_everybody_keeps_the_id_and_every_owner_is_told_once(
    dsns: Dsns, create_database: CreateDatabase, tmp_path: Path
) -> None:
    """Catches an upgrade that loses somebody, or after which privacy does not know whose an address is."""
    dsn = await create_database("upgrade_identities")
    restore(DUMPS / "customers.0001.sql.gz", dsn)
    database = Database(dsn, source="customers", clock=SystemClock())
    keys = tmp_path / "keys.json"
    keys.write_text("[]")
    settings = Settings(database_url=dsn, kafka_bootstrap=dsns.kafka, redis_url=dsns.redis, api_keys_file=keys)
    try:
        async with database.transaction() as tx:
            people, owners = await tx.rows(_PEOPLE), await tx.rows(_OWNERS)
        assert len(owners) > 20
        await asyncio.to_thread(run_migrations, "customers", dsn)
        for _ in range(2):
            while True:
                async with database.transaction() as tx:
                    if not await respell_identifiers(tx, settings):
                        break
        async with database.transaction() as tx:
            assert await tx.rows(_PEOPLE) == people
            assert await tx.rows(_OWNERS) == owners
            said = [read_envelope(bytes(row["value"]), FACTS) for row in await tx.rows(_SAID)]
    finally:
        await database.close()
    told = sorted(
        (event.data.fingerprint, event.subject, event.data.generation)
        for event in said
        if event is not None and isinstance(event.data, IdentifierOwned)
    )
    assert told == [(owner["fingerprint"], owner["customer_id"], owner["generation"]) for owner in owners]
    assert {event.origin for event in said if event is not None} == {Origin.BACKFILL}
