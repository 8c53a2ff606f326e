"""Legal holds: nothing is erased while one stands, and everything goes on when it ends."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from services.privacy.config import Settings
from services.privacy.erasures.jobs import go_on_after_holds
from services.privacy.holds.service import place_hold
from services.privacy.subject_locks import repository as subject_locks
from shared.contracts.customers import CustomersMerged
from shared.database.engine import Database
from shared.ids import new_id
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.privacy.erasures.steps import erase, receipts
from tests.component.privacy.scenes import an_event, ask, emitted, handle, record, rows, until_somebody_waits
from tests.fakes import FixedClock


async def put_on_hold(client: httpx.AsyncClient, customer: UUID, clock: FixedClock, days: int = 90) -> dict[str, Any]:
    body = {
        "customer_id": str(customer),
        "reason": "claim about order 4711",
        "until": (clock.now() + timedelta(days=days)).isoformat(),
    }
    answer = await client.post("/holds", json=body)
    assert answer.status_code == 201, answer.text
    hold: dict[str, Any] = answer.json()
    return hold


async def go_on(settings: Settings, database: Database) -> None:
    await go_on_after_holds(WorkerContext(settings, database, database.clock, Watchdog([])))


async def shown(client: httpx.AsyncClient, erasure: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"/erasures/{erasure['erasure_id']}")).json()
    return found


async def test_an_erasure_waits_for_the_hold_and_goes_on_when_it_is_lifted(
    client: httpx.AsyncClient, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """Catches evidence that is erased, a wish that is forgotten, an alarm about what may not be done, and a certificate
    that hides the delay."""
    customer = new_id()
    await record(client, customer)
    hold = await put_on_hold(client, customer, clock)
    erasure = await erase(client, customer)
    assert (erasure["state"], erasure["held"]) == ("waiting", True)
    assert await emitted(database, customer, "erasure_requested") == []
    assert await rows(database, "consents", [customer]) == 1
    assert await ask(client, customer) == "granted"
    clock.advance(days=31)
    await go_on(settings, database)
    assert (await shown(client, erasure))["overdue"] is False
    overdue = (await client.get("/erasures", params={"overdue": True})).json()["items"]
    assert erasure["erasure_id"] not in [one["erasure_id"] for one in overdue]
    again = await client.post(f"/erasures/{erasure['erasure_id']}/identity-check")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/identity-already-checked")

    lifted = await client.post(f"/holds/{hold['hold_id']}/lifting")
    assert (lifted.status_code, lifted.json()["stands"]) == (200, False)
    await go_on(settings, database)
    running = await shown(client, erasure)
    assert (running["state"], running["held"]) == ("running", False)
    assert await rows(database, "consents", [customer]) == 0
    await handle(database, *receipts(erasure["erasure_id"], customer, clock))
    certificate = (await shown(client, erasure))["certificate"]
    assert certificate["held"] == [{"from": hold["placed_at"].replace("Z", "+00:00"), "until": clock.now().isoformat()}]
    found = (await client.get("/holds", params={"customer_id": str(customer)})).json()["items"]
    assert [one["reason"] for one in found] == [""]


async def test_a_hold_ends_by_itself(
    client: httpx.AsyncClient, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """Catches a hold that outlives its end."""
    customer = new_id()
    await put_on_hold(client, customer, clock, days=10)
    erasure = await erase(client, customer)
    clock.advance(days=9)
    await go_on(settings, database)
    assert (await shown(client, erasure))["held"] is True
    clock.advance(days=2)
    await go_on(settings, database)
    assert (await shown(client, erasure))["state"] == "running"


async def test_a_hold_over_one_id_holds_for_all_of_a_merged_customer(
    client: httpx.AsyncClient, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """Catches evidence that is erased under another id of the same person, also after a later merge."""
    survivor, absorbed = new_id(), new_id()
    await put_on_hold(client, absorbed, clock)
    erasure = await erase(client, absorbed)
    merged = CustomersMerged(merge_id=new_id(), survivor=survivor, absorbed=absorbed)
    await handle(database, an_event(merged, survivor, clock.now()))
    other = await erase(client, survivor)
    assert (other["erasure_id"], other["held"]) == (erasure["erasure_id"], True)
    await go_on(settings, database)
    assert (await shown(client, erasure))["held"] is True
    listed = (await client.get("/holds", params={"customer_id": str(survivor), "standing": True})).json()["items"]
    assert len(listed) == 1


async def test_a_held_erasure_can_be_rejected(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches a request that nobody can end while a hold stands."""
    customer = new_id()
    await put_on_hold(client, customer, clock)
    erasure = await erase(client, customer)
    answer = await client.post(f"/erasures/{erasure['erasure_id']}/rejection")
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")


async def test_a_request_to_be_erased_says_that_it_is_held(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches an officer who is told that the erasure has begun."""
    customer = new_id()
    await put_on_hold(client, customer, clock)
    body = {"customer": {"customer_id": str(customer)}, "kind": "erasure", "identity_checked": True}
    request = (await client.post("/requests", json=body)).json()
    assert (request["state"], request["steps"][-1]["what"]) == ("working", "held")


async def test_holds_that_make_no_sense_are_refused(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a hold in the past, one over nobody's data, and one that is lifted twice."""
    customer = new_id()
    body = {"customer_id": str(customer), "reason": "a claim", "until": clock.now().isoformat()}
    early = await client.post("/holds", json=body)
    assert (early.status_code, early.json()["type"]) == (422, "/problems/hold-ends-too-early")
    unknown = await client.post(f"/holds/{new_id()}/lifting")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/hold-not-found")
    hold = await put_on_hold(client, customer, clock)
    await client.post(f"/holds/{hold['hold_id']}/lifting")
    twice = await client.post(f"/holds/{hold['hold_id']}/lifting")
    assert (twice.status_code, twice.json()["type"]) == (409, "/problems/hold-over")
    async with database.transaction() as tx:
        await subject_locks.lock(tx, [customer])
        await subject_locks.add_tombstones(tx, {customer: 1})
    late = await client.post("/holds", json={**body, "until": (clock.now() + timedelta(days=1)).isoformat()})
    assert (late.status_code, late.json()["type"]) == (410, "/problems/customer-erased")


async def test_a_hold_and_an_erasure_take_turns(
    database: Database, client: httpx.AsyncClient, clock: FixedClock
) -> None:
    """Catches a hold that takes no lock: an erasure that does not see it could run after it was answered."""
    customer = new_id()
    async with database.transaction() as tx:
        await place_hold(tx, customer, "officer", "a claim", clock.now() + timedelta(days=1))
        erasing = asyncio.create_task(erase(client, customer))
        await until_somebody_waits(database)
    assert (await erasing)["held"] is True
