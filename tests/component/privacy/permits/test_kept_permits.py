"""Permits are kept as evidence, for their time."""

from __future__ import annotations

import httpx

from services.privacy.permits.jobs import forget_old_permits
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import a_worker
from tests.component.privacy.scenes import ask, record, rows
from tests.fakes import FixedClock


async def test_each_asking_is_a_permit_of_its_own_and_old_ones_go(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a permit that is handed out again after its ten seconds, and evidence that piles up for ever."""
    customer, message = new_id(), new_id()
    await record(client, customer)
    for _ in range(2):
        assert await ask(client, customer, message_id=message) == "granted"
    assert await rows(database, "permits", [customer]) == 2
    clock.advance(days=401)
    await ask(client, customer)
    await forget_old_permits(a_worker(database))
    assert await rows(database, "permits", [customer]) == 1
