"""Consent that runs out by the business clock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx

from services.privacy.consents.domain.ledger import Action, Proof, Scope, Statement
from services.privacy.consents.jobs import expire_consents
from services.privacy.consents.service.ledger import record_consents
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import a_worker
from tests.component.privacy.scenes import ask, emitted, record, until_somebody_waits
from tests.fakes import FixedClock


async def test_consent_runs_out_by_the_business_clock(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches consent that outlives its date, and an expiry that is emitted twice or never."""
    customer = new_id()
    await record(client, customer, expires_at=(clock.now() + timedelta(days=30)).isoformat())
    assert await ask(client, customer) == "granted"
    clock.advance(days=30)
    assert await ask(client, customer) == "expired"
    for _ in range(2):
        await expire_consents(a_worker(database))
    states = [event.data["state"] for event in await emitted(database, customer, "consent_changed")]
    assert states == ["granted", "unknown"]
    await record(client, customer)
    assert await ask(client, customer) == "granted"


async def test_a_new_yes_while_the_old_one_runs_out_stands(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an expiry decided from what was read before the lock."""
    customer = new_id()
    await record(client, customer, expires_at=(clock.now() + timedelta(days=1)).isoformat())
    clock.advance(days=1)
    scope = Scope(customer, "marketing", "email")
    async with database.transaction() as tx:
        proof = Proof(recorded_by="test", wording="yes", wording_version="2")
        await record_consents(tx, [Statement(new_id(), scope, Action.GRANTED, tx.now, proof)])
        job = asyncio.create_task(expire_consents(a_worker(database)))
        await until_somebody_waits(database)
    await job
    states = [event.data["state"] for event in await emitted(database, customer, "consent_changed")]
    assert states == ["granted", "granted"]
    assert await ask(client, customer) == "granted"
