"""Restriction of processing: what it stops, and whom it refuses."""

from __future__ import annotations

from uuid import UUID

import httpx

from services.privacy.restrictions.service import restrict
from services.privacy.subject_locks import repository as subject_locks
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.races import they_take_turns
from tests.component.privacy.scenes import ask, emitted, record


async def test_a_restriction_stops_everything_and_can_be_lifted(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a restriction that service messages get around."""
    customer = new_id()
    await record(client, customer)
    for restricted, expected in ((True, "restricted"), (True, "restricted"), (False, "granted")):
        answer = await client.put(f"/customers/{customer}/restriction", json={"restricted": restricted})
        assert answer.status_code == 200
        assert await ask(client, customer) == expected
        # Of nobody's address nothing is known but what the customer said.
        service = expected if restricted else "address-unconfirmed"
        assert await ask(client, customer, purpose="service") == service
    published = [event.data["restricted"] for event in await emitted(database, customer, "restriction_changed")]
    assert published == [True, False]


async def _restrict(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await restrict(tx, customer, True, "test")


async def test_a_restriction_and_permits_take_turns(database: Database) -> None:
    """Catches a restriction that takes no lock: a permit could be given after it was answered."""
    await they_take_turns(database, _restrict)


async def test_an_erased_customer_cannot_be_restricted(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a change behind the tombstone."""
    customer = new_id()
    async with database.transaction() as tx:
        await subject_locks.lock(tx, [customer])
        await subject_locks.add_tombstones(tx, {customer: 1})
    answer = await client.put(f"/customers/{customer}/restriction", json={"restricted": True})
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/customer-erased")


async def test_who_restricted_and_who_lifted_it_is_kept(client: httpx.AsyncClient) -> None:
    """Catches a restriction that was lifted by nobody."""
    customer = new_id()
    for restricted, key in ((True, "officer-key"), (True, "officer-key"), (False, "writer-key")):
        headers = {"Authorization": f"Bearer {key}"}
        await client.put(f"/customers/{customer}/restriction", json={"restricted": restricted}, headers=headers)
    shown = (await client.get(f"/customers/{customer}/restriction")).json()
    assert shown["restricted"] is False
    changes = [(change["restricted"], change["changed_by"]) for change in shown["changes"]]
    assert changes == [(False, "writer"), (True, "officer")]
