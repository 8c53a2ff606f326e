"""Erasure from the request to the certificate: own stores, receipts of every service."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.erasures.steps import a_request, erase, receipts, show
from tests.component.privacy.scenes import a_consent, ask, emitted, handle, record, rows
from tests.fakes import FixedClock


async def test_the_whole_road_ends_with_a_certificate(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a store of our own that is left, a certificate too early, and one without counts and dates."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await record(client, customer)
    await ask(client, customer, address=address)
    erasure = await erase(client, customer)
    assert (erasure["state"], erasure["missing"]) == (
        "running",
        ["customers", "interactions", "analytics", "campaigns"],
    )
    own = erasure["receipts"][0]
    assert {name: count for name, count in own["stores"].items() if count} == {"heads": 1, "consents": 1, "permits": 1}
    assert not any(own["remaining"].values())
    for table in ("consents", "heads", "permits"):
        assert await rows(database, table, [customer]) == 0
    (asked,) = await emitted(database, customer, "erasure_requested")
    assert (asked.data["request_id"], asked.data["aliases"]) == (erasure["erasure_id"], [])
    *first, last = receipts(erasure["erasure_id"], customer, clock)
    await handle(database, *first)
    assert (await show(client, erasure["erasure_id"]))["state"] == "running"
    await handle(database, last, last)
    done = await show(client, erasure["erasure_id"])
    certificate = done["certificate"]
    assert (done["state"], done["missing"]) == ("completed", [])
    assert certificate["stores"]["campaigns"] == {"rows": 2}
    assert certificate["log_clean_at"] == (clock.now() + timedelta(days=37)).isoformat()
    (completed,) = await emitted(database, customer, "erasure_completed")
    assert completed.data["certificate_id"] == certificate["certificate_id"]


async def test_nobody_known_is_no_certificate(client: httpx.AsyncClient, database: Database, clock: FixedClock) -> None:
    """Catches a mistyped id that is certified as an erasure, while the person's data stay where they are."""
    customer = new_id()
    erasure = await erase(client, customer)
    assert erasure["outcome"] is None
    await handle(database, *receipts(erasure["erasure_id"], customer, clock, rows=0))
    done = await show(client, erasure["erasure_id"])
    assert (done["state"], done["outcome"], done["certificate"]) == ("completed", "unknown_subject", None)
    assert await emitted(database, customer, "erasure_completed") == []


async def test_who_was_erased_before_is_certified_again(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a person who asks twice and is called unknown."""
    customer = new_id()
    first = await erase(client, customer)
    await handle(database, *receipts(first["erasure_id"], customer, clock))
    assert (await show(client, first["erasure_id"]))["outcome"] == "erased"
    second = await erase(client, customer)
    await handle(database, *receipts(second["erasure_id"], customer, clock, rows=0))
    done = await show(client, second["erasure_id"])
    assert (done["outcome"], done["certificate"]["outcome"]) == ("erased_before", "erased_before")


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
    await handle(database, *receipts(erasure["erasure_id"], customer, clock, left=1))
    assert len((await show(client, erasure["erasure_id"]))["missing"]) == 4
    again = await client.post(f"/erasures/{erasure['erasure_id']}/reminders")
    assert again.json()["asked"] == 2
    events = await emitted(database, customer, "erasure_requested")
    assert [event.origin for event in events] == ["live", "repair"]
    assert events[0].id != events[1].id
    await handle(database, *receipts(erasure["erasure_id"], customer, clock))
    done = await show(client, erasure["erasure_id"])
    assert done["certificate"]["stores"]["customers"] == {"rows": 4}


async def test_a_receipt_for_an_unknown_request_is_no_poison(database: Database, clock: FixedClock) -> None:
    """Catches a dead letter for every receipt after a restore of the database."""
    await handle(database, *receipts(str(new_id()), new_id(), clock))
