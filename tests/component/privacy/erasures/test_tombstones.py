"""What the tombstone and the suppressed addresses of an erased customer stop for ever."""

from __future__ import annotations

from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.privacy.erasures.service.requests import Request, request_erasure
from shared.contracts.customers import CustomersMerged, IdentifierRetired
from shared.customers.identifiers import fingerprint
from shared.customers.traces import Naming
from shared.database.engine import Database, sqlstate
from shared.ids import new_id
from tests.component.privacy.conftest import KEY
from tests.component.privacy.erasures.steps import erase
from tests.component.privacy.races import they_take_turns
from tests.component.privacy.scenes import a_consent, an_event, ask, handle, record, rows
from tests.fakes import FixedClock


async def test_who_comes_back_by_import_is_not_mailed(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches suppression that goes with the data: by permit, by request, and by retired identifier."""
    customer = new_id()
    known, named, retired = (f"{new_id().hex}@example.test" for _ in range(3))
    await record(client, customer)
    await ask(client, customer, address=known)
    await erase(client, customer, addresses=[{"channel": "email", "address": named.upper()}])
    fact = IdentifierRetired(fingerprint=fingerprint(KEY, "email", retired), generation=1)
    await handle(database, an_event(fact, customer, clock.now()))
    newcomer = new_id()
    await record(client, newcomer)
    for address in (known, named, retired):
        assert await ask(client, newcomer, address=address) == "suppressed"
        # Not stopped by the suppression: nobody of the firm has said yet whose the address is.
        assert await ask(client, newcomer, address=address, purpose="service") == "address-unconfirmed"


async def test_the_tombstone_stops_everything_under_the_old_id(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an import, a replay or a late event that revives an erased customer."""
    customer = new_id()
    await record(client, customer)
    await erase(client, customer)
    assert await ask(client, customer, purpose="service") == "erased"
    answer = await client.post("/consents", json=a_consent(customer))
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/customer-erased")
    other = new_id()
    batch = await client.post("/consents/batch", json={"items": [a_consent(customer), a_consent(other)]})
    refused, recorded = batch.json()["items"]
    assert (refused["refused"]["status"], recorded["refused"]) == (410, None)
    assert (await client.post("/withdrawals", json={"customer": {"customer_id": str(customer)}})).status_code == 410
    assert await rows(database, "consents", [customer]) == 0


@pytest.mark.parametrize(
    "attempt",
    [
        "update standings set erased_at = null where customer_id = :id",
        "delete from standings where customer_id = :id",
        """insert into consents (customer_id, version, consent_id, purpose, channel, action, effective, occurred_at,
                                 recorded_at, recorded_by, basis, evidence)
           values (:id, 1, :id, 'marketing', 'email', 'granted', true, :now, :now, 'x', 'consent', '{}')""",
    ],
)
async def test_the_database_itself_keeps_the_tombstone(
    client: httpx.AsyncClient, database: Database, clock: FixedClock, attempt: str
) -> None:
    """Catches a migration that loses the guard: each way around it is tried."""
    customer = new_id()
    await erase(client, customer)
    with pytest.raises(DBAPIError) as refused:
        async with database.transaction() as tx:
            await tx.execute(attempt, {"id": customer, "now": clock.now()})
    assert sqlstate(refused.value) == "23001"


async def test_every_id_of_a_merged_customer_is_erased(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an alias that keeps its data."""
    survivor, absorbed = new_id(), new_id()
    for customer in (survivor, absorbed):
        await record(client, customer)
    merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
    await handle(database, an_event(merged, survivor, clock.now()))
    erasure = await erase(client, absorbed)
    assert (erasure["customer_id"], erasure["aliases"]) == (str(survivor), [str(absorbed)])
    assert await rows(database, "consents", [survivor, absorbed]) == 0
    assert [await ask(client, customer) for customer in (survivor, absorbed)] == ["erased", "erased"]


async def _erase(database: Database, customer: UUID) -> None:
    async with database.transaction() as tx:
        await request_erasure(tx, Naming(KEY), Request(customer, "officer", True, (), "test"))


async def test_an_erasure_and_permits_take_turns(database: Database) -> None:
    """Catches an erasure that takes no lock: a permit could be given behind the tombstone."""
    await they_take_turns(database, _erase)
