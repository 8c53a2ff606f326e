"""Objections to profiling: what is told to the services that score and segment, and how long an objection holds."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx

from services.privacy.subject_locks import repository as subject_locks
from shared.contracts.customers import CustomersMerged
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.scenes import an_event, ask, emitted, handle, record
from tests.fakes import FixedClock


async def say(client: httpx.AsyncClient, customer: UUID, objects: bool, how: str = "by letter") -> dict[str, Any]:
    answer = await client.put(f"/customers/{customer}/profiling", json={"objects": objects, "how": how})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def told(database: Database, customer: UUID) -> list[str]:
    """The states of profiling that other services have heard, on any channel."""
    events = await emitted(database, customer, "consent_changed")
    return [event.data["state"] for event in events if event.data["purpose"] == "profiling"]


async def test_an_objection_is_told_on_record_and_can_be_lifted(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an objection that nobody hears of, one told twice, one that stops messages, and one that cannot end."""
    customer = new_id()
    await record(client, customer)
    first = await say(client, customer, True)
    assert (first["objects"], first["changed"]) == (True, True)
    assert (await say(client, customer, True))["changed"] is False
    assert await told(database, customer) == ["denied"] * 4
    assert await ask(client, customer) == "granted"
    clock.advance(minutes=1)
    assert (await client.get(f"/customers/{customer}/profiling")).json()["since"] == first["since"]
    assert (await say(client, customer, False, "You may again."))["objects"] is False
    assert await told(database, customer) == ["denied"] * 4 + ["granted"] * 4
    history = (await client.get(f"/customers/{customer}/consents")).json()["history"]
    assert (history[0]["wording"], history[-1]["purpose"]) == ("You may again.", "marketing")
    assert [line["evidence"] for line in history if line["action"] == "withdrawn"] == [{"how": "by letter"}] * 4
    assert (await say(client, customer, False))["changed"] is False


async def test_the_strictest_of_two_merged_customers_holds_and_is_lifted_under_both(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches an objection that is left behind under a former id, for good or for ever."""
    survivor, absorbed = new_id(), new_id()
    await say(client, absorbed, True)
    merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
    await handle(database, an_event(merged, survivor, clock.now()))
    assert (await client.get(f"/customers/{survivor}/profiling")).json()["objects"] is True
    clock.advance(minutes=1)
    await say(client, survivor, False)
    assert await told(database, absorbed) == ["denied"] * 4 + ["granted"] * 4
    assert (await client.get(f"/customers/{absorbed}/profiling")).json()["objects"] is False


async def test_an_erased_customer_neither_objects_nor_comes_back(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a line behind the tombstone."""
    customer = new_id()
    async with database.transaction() as tx:
        await subject_locks.lock(tx, [customer])
        await subject_locks.add_tombstones(tx, {customer: 1})
    for objects in (True, False):
        answer = await client.put(f"/customers/{customer}/profiling", json={"objects": objects, "how": "by letter"})
        assert (answer.status_code, answer.json()["type"]) == (410, "/problems/customer-erased")


async def test_a_late_import_of_old_forms_lifts_no_objection(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a file that profiles somebody against their will."""
    customer = new_id()
    before = clock.now().isoformat()
    clock.advance(days=1)
    await say(client, customer, True)
    for channel in ("email", "sms", "post", "phone"):
        await record(client, customer, purpose="profiling", channel=channel, occurred_at=before)
    assert (await client.get(f"/customers/{customer}/profiling")).json()["objects"] is True


async def test_a_request_ends_profiling_when_the_identity_is_checked(client: httpx.AsyncClient) -> None:
    """Catches an objection by request that stays a note."""
    customer = new_id()
    body = {"customer": {"customer_id": str(customer)}, "kind": "profiling"}
    request = (await client.post("/requests", json=body)).json()
    assert (await client.get(f"/customers/{customer}/profiling")).json()["objects"] is False
    answer = await client.post(f"/requests/{request['request_id']}/identity-check", json={"how": "called back"})
    assert (answer.json()["state"], answer.json()["steps"][-1]["what"]) == ("answered", "profiling-stopped")
    assert (await client.get(f"/customers/{customer}/profiling")).json()["objects"] is True
