"""Erasure: hashes, tombstone, receipts, certificate; and what the tombstone stops for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy.exc import DBAPIError

from services.privacy.erasures.jobs import OVERDUE, remind_of_erasures
from shared.contracts.analytics import AnalyticsErasureDone
from shared.contracts.campaigns import CampaignsErasureDone
from shared.contracts.customers import CustomersErasureDone, CustomersMerged, IdentifierRetired
from shared.contracts.envelope import Envelope
from shared.contracts.interactions import InteractionsErasureDone
from shared.customers.identifiers import fingerprint
from shared.database.engine import Database, sqlstate
from shared.ids import new_id
from tests.component.privacy.conftest import KEY, a_worker
from tests.component.privacy.scenes import a_consent, an_event, ask, hear, rows, said, say
from tests.fakes import FixedClock

RECEIPTS = (CustomersErasureDone, InteractionsErasureDone, AnalyticsErasureDone, CampaignsErasureDone)


def a_request(customer_id: UUID, **changes: Any) -> dict[str, Any]:
    customer = {"customer_id": str(customer_id)}
    return {"customer": customer, "requested_by": "officer-7", "identity_checked": True, **changes}


async def erase(client: httpx.AsyncClient, customer_id: UUID, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/erasures", json=a_request(customer_id, **changes))
    assert answer.status_code == 202, answer.text
    made: dict[str, Any] = answer.json()
    return made


def receipts(erasure_id: str, customer: UUID, clock: FixedClock, left: int = 0) -> list[Envelope[Any]]:
    return [
        an_event(kind(request_id=UUID(erasure_id), stores={"rows": 2}, remaining={"rows": left}), customer, clock.now())
        for kind in RECEIPTS
    ]


async def show(client: httpx.AsyncClient, erasure_id: str) -> dict[str, Any]:
    shown: dict[str, Any] = (await client.get(f"/erasures/{erasure_id}")).json()
    return shown


async def test_the_whole_road_ends_with_a_certificate(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a store of our own that is left, a certificate too early, and one without counts and dates."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await say(client, customer)
    await ask(client, customer, address=address)
    erasure = await erase(client, customer)
    assert (erasure["state"], erasure["missing"]) == (
        "running",
        ["customers", "interactions", "analytics", "campaigns"],
    )
    own = erasure["receipts"][0]
    assert own["stores"] == {"heads": 1, "consents": 1, "permits": 1, "dead_letters": 0, "idempotency": 0}
    assert not any(own["remaining"].values())
    for table in ("consents", "heads", "permits"):
        assert await rows(database, table, [customer]) == 0
    (asked,) = await said(database, customer, "erasure_requested")
    assert asked.data == {"request_id": erasure["erasure_id"], "aliases": []}
    *first, last = receipts(erasure["erasure_id"], customer, clock)
    await hear(database, *first)
    assert (await show(client, erasure["erasure_id"]))["state"] == "running"
    await hear(database, last, last)
    done = await show(client, erasure["erasure_id"])
    certificate = done["certificate"]
    assert (done["state"], done["missing"]) == ("completed", [])
    assert certificate["stores"]["campaigns"] == {"rows": 2}
    assert certificate["log_clean_at"] == (clock.now() + timedelta(days=37)).isoformat()
    (completed,) = await said(database, customer, "erasure_completed")
    assert completed.data["certificate_id"] == certificate["certificate_id"]


@pytest.mark.parametrize("name", [{"email": "ada@example.test"}, {"card": "C-17"}])
async def test_a_name_that_may_stand_beside_another_is_not_enough_to_erase(
    client: httpx.AsyncClient, name: dict[str, str]
) -> None:
    """Catches a clean certificate for nobody, while the person's data lie under the id of their shop's account."""
    answer = await client.post("/erasures", json={**a_request(new_id()), "customer": name})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/customer-id-needed")
    assert "customer_id" in answer.json()["cure"]


async def test_kept_answers_forget_and_are_still_kept(client: httpx.AsyncClient, database: Database) -> None:
    """Catches proof that survives in a kept answer, and a batch whose repeat would grant anew what others took back."""
    leaving, staying = new_id(), new_id()
    batch = {"items": [a_consent(leaving), a_consent(staying)]}
    first = await client.post("/consents/batch", json=batch, headers={"Idempotency-Key": str(leaving)})
    await erase(client, leaving)
    again = await client.post("/consents/batch", json=batch, headers={"Idempotency-Key": str(leaving)})
    assert (first.status_code, again.status_code, again.json()) == (first.status_code, first.status_code, {})
    assert await rows(database, "consents", [leaving]) == 0
    assert await rows(database, "consents", [staying]) == 1


async def test_what_is_left_anywhere_holds_the_certificate_back(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a receipt that counts although its service still finds something."""
    customer = new_id()
    erasure = await erase(client, customer)
    await hear(database, *receipts(erasure["erasure_id"], customer, clock, left=1))
    assert len((await show(client, erasure["erasure_id"]))["missing"]) == 4
    again = await client.post(f"/erasures/{erasure['erasure_id']}/reminders")
    assert again.json()["asked"] == 2
    events = await said(database, customer, "erasure_requested")
    assert [event.origin for event in events] == ["live", "repair"]
    assert events[0].id != events[1].id
    await hear(database, *receipts(erasure["erasure_id"], customer, clock))
    done = await show(client, erasure["erasure_id"])
    assert done["certificate"]["stores"]["customers"] == {"rows": 4}


async def test_who_comes_back_by_import_is_not_mailed(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches suppression that goes with the data: by permit, by request, and by retired identifier."""
    customer = new_id()
    known, named, retired = (f"{new_id().hex}@example.test" for _ in range(3))
    await say(client, customer)
    await ask(client, customer, address=known)
    await erase(client, customer, addresses=[{"channel": "email", "address": named.upper()}])
    fact = IdentifierRetired(fingerprint=fingerprint(KEY, "email", retired), generation=1)
    await hear(database, an_event(fact, customer, clock.now()))
    newcomer = new_id()
    await say(client, newcomer)
    for address in (known, named, retired):
        assert await ask(client, newcomer, address=address) == "suppressed"
        assert await ask(client, newcomer, address=address, purpose="service") == "granted"


async def test_the_tombstone_stops_everything_under_the_old_id(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an import, a replay or a late event that revives an erased customer."""
    customer = new_id()
    await say(client, customer)
    await erase(client, customer)
    assert await ask(client, customer, purpose="service") == "erased"
    answer = await client.post("/consents", json=a_consent(customer))
    assert (answer.status_code, answer.json()["type"]) == (410, "/problems/customer-erased")
    other = new_id()
    batch = await client.post("/consents/batch", json={"items": [a_consent(customer), a_consent(other)]})
    refused, recorded = batch.json()["items"]
    assert (refused["refused"]["status"], recorded["refused"]) == (410, None)
    assert (await client.post("/withdrawals", json={"customer": {"customer_id": str(customer)}})).status_code == 410
    restriction = await client.put(f"/customers/{customer}/restriction", json={"restricted": True})
    assert restriction.status_code == 410
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
    for one in (survivor, absorbed):
        await say(client, one)
    merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
    await hear(database, an_event(merged, survivor, clock.now()))
    erasure = await erase(client, absorbed)
    assert (erasure["customer_id"], erasure["aliases"]) == (str(survivor), [str(absorbed)])
    assert await rows(database, "consents", [survivor, absorbed]) == 0
    assert [await ask(client, one) for one in (survivor, absorbed)] == ["erased", "erased"]


async def test_without_the_identity_check_nothing_is_erased(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a stranger who erases somebody, and an address that is listed before anybody was asked."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await say(client, customer)
    named = [{"channel": "email", "address": address}]
    waiting = await erase(client, customer, identity_checked=False, addresses=named)
    assert waiting["state"] == "waiting"
    assert await ask(client, customer, address=address) == "granted"
    reminder = await client.post(f"/erasures/{waiting['erasure_id']}/reminders")
    assert reminder.status_code == 409
    running = await client.post(f"/erasures/{waiting['erasure_id']}/identity-check")
    assert running.json()["state"] == "running"
    newcomer = new_id()
    await say(client, newcomer)
    assert await ask(client, newcomer, address=address) == "suppressed"
    again = await client.post(f"/erasures/{waiting['erasure_id']}/identity-check")
    assert again.status_code == 409


async def test_a_failed_check_ends_the_request_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a stranger's request that stays overdue for ever, or stands in the way of the person's own."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await say(client, customer)
    named = [{"channel": "email", "address": address}]
    waiting = await erase(client, customer, identity_checked=False, addresses=named)
    rejected = (await client.post(f"/erasures/{waiting['erasure_id']}/rejection")).json()
    clock.advance(days=31)
    assert (rejected["state"], (await show(client, waiting["erasure_id"]))["overdue"]) == ("rejected", False)
    assert await ask(client, customer, address=address) == "granted"
    for step in ("identity-check", "rejection", "reminders"):
        assert (await client.post(f"/erasures/{waiting['erasure_id']}/{step}")).status_code == 409
    own = await erase(client, customer)
    assert own["erasure_id"] != waiting["erasure_id"]
    assert await rows(database, "consents", [customer]) == 0


async def test_a_second_request_is_the_first_one(client: httpx.AsyncClient) -> None:
    """Catches two erasures of one person that wait for each other's receipts."""
    customer = new_id()
    first = await erase(client, customer, identity_checked=False)
    second = await erase(client, customer)
    assert (second["erasure_id"], second["state"]) == (first["erasure_id"], "running")


async def test_deadlines_are_watched_and_services_asked_again(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a request that slips: the deadline shows in the list and the metric, and the question is repeated."""
    customer = new_id()
    erasure = await erase(client, customer)
    await remind_of_erasures(a_worker(database))
    assert len(await said(database, customer, "erasure_requested")) == 1
    clock.advance(days=1)
    await remind_of_erasures(a_worker(database))
    assert len(await said(database, customer, "erasure_requested")) == 2
    clock.advance(days=29)
    await remind_of_erasures(a_worker(database))
    assert OVERDUE._value.get() >= 1
    late = [one["erasure_id"] for one in (await client.get("/erasures?overdue=true&limit=500")).json()["items"]]
    assert erasure["erasure_id"] in late
    await hear(database, *receipts(erasure["erasure_id"], customer, clock))
    late = [one["erasure_id"] for one in (await client.get("/erasures?overdue=true&limit=500")).json()["items"]]
    assert erasure["erasure_id"] not in late


async def test_the_list_shows_each_request_once(client: httpx.AsyncClient) -> None:
    """Catches a request that falls between two pages."""
    made = [(await erase(client, new_id()))["erasure_id"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while len(seen) < 5:
        page = (await client.get(f"/erasures?state=running&limit=2{cursor}")).json()
        seen += [one["erasure_id"] for one in page["items"]]
        cursor = f"&after={page['next']}"
    assert seen[:5] == made[::-1]
    missing = await client.get(f"/erasures/{new_id()}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/erasure-not-found")


async def test_a_receipt_for_an_unknown_request_is_no_poison(database: Database, clock: FixedClock) -> None:
    """Catches a dead letter for every receipt after a restore of the database."""
    await hear(database, *receipts(str(new_id()), new_id(), clock))
