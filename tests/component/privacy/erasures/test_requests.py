"""Requests to be erased: the identity check, deadlines, reminders, the list."""

from __future__ import annotations

import httpx

from services.privacy.erasures.jobs import OVERDUE, remind_of_erasures
from shared.database.engine import Database
from shared.ids import new_id
from tests.component.privacy.conftest import a_worker
from tests.component.privacy.erasures.steps import erase, receipts, show
from tests.component.privacy.scenes import ask, emitted, handle, record, rows
from tests.fakes import FixedClock


async def test_without_the_identity_check_nothing_is_erased(client: httpx.AsyncClient, database: Database) -> None:
    """Catches a stranger who erases somebody, and an address that is listed before anybody was asked."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await record(client, customer)
    named = [{"channel": "email", "address": address}]
    waiting = await erase(client, customer, identity_checked=False, addresses=named)
    assert waiting["state"] == "waiting"
    assert await ask(client, customer, address=address) == "granted"
    reminder = await client.post(f"/erasures/{waiting['erasure_id']}/reminders")
    assert reminder.status_code == 409
    running = await client.post(f"/erasures/{waiting['erasure_id']}/identity-check")
    assert running.json()["state"] == "running"
    newcomer = new_id()
    await record(client, newcomer)
    assert await ask(client, newcomer, address=address) == "suppressed"
    again = await client.post(f"/erasures/{waiting['erasure_id']}/identity-check")
    assert again.status_code == 409


async def test_a_failed_check_ends_the_request_and_changes_nothing(
    client: httpx.AsyncClient, database: Database, clock: FixedClock
) -> None:
    """Catches a stranger's request that stays overdue for ever, or stands in the way of the person's own."""
    customer, address = new_id(), f"{new_id().hex}@example.test"
    await record(client, customer)
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
    assert len(await emitted(database, customer, "erasure_requested")) == 1
    clock.advance(days=1)
    await remind_of_erasures(a_worker(database))
    assert len(await emitted(database, customer, "erasure_requested")) == 2
    clock.advance(days=29)
    await remind_of_erasures(a_worker(database))
    assert OVERDUE._value.get() >= 1
    late = [shown["erasure_id"] for shown in (await client.get("/erasures?overdue=true&limit=500")).json()["items"]]
    assert erasure["erasure_id"] in late
    await handle(database, *receipts(erasure["erasure_id"], customer, clock))
    late = [shown["erasure_id"] for shown in (await client.get("/erasures?overdue=true&limit=500")).json()["items"]]
    assert erasure["erasure_id"] not in late


async def test_the_list_shows_each_request_once(client: httpx.AsyncClient) -> None:
    """Catches a request that falls between two pages."""
    made = [(await erase(client, new_id()))["erasure_id"] for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while len(seen) < 5:
        page = (await client.get(f"/erasures?state=running&limit=2{cursor}")).json()
        seen += [shown["erasure_id"] for shown in page["items"]]
        cursor = f"&after={page['next']}"
    assert seen[:5] == made[::-1]
    missing = await client.get(f"/erasures/{new_id()}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/erasure-not-found")
