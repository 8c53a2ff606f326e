"""How far requests of data subjects reach: the addresses that they name, who may erase by one, what waits behind."""

from __future__ import annotations

import json
from uuid import UUID

import httpx

from services.privacy.config import Settings
from services.privacy.requests.jobs import make_archive
from services.privacy.requests.service.archives import to_collect
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from tests.component.privacy.addresses import an_email, own
from tests.component.privacy.requests.test_requests import a_context, neighbours, steps, taken
from tests.component.privacy.scenes import ask, record
from tests.fakes import FixedClock


async def test_what_is_asked_by_an_address_holds_at_the_address(client: httpx.AsyncClient, database: Database) -> None:
    """Catches an objection that named an address and is forgotten there: the next customer who has it is written to at
    it; and an erasure that leaves the named address open."""
    objecting, later, erased = new_id(), new_id(), new_id()
    email, gone = an_email(), an_email()
    request = await taken(client, objecting, "objection", email=email)
    await client.post(f"/requests/{request['request_id']}/identity-check", json={"how": "called back"})
    await record(client, later)
    await own(database, later, email)
    assert await ask(client, later, address=email) == "withdrawn"
    # First without the address, then with it: both are one request.
    await taken(client, erased, "erasure")
    await taken(client, erased, "erasure", email=gone, identity_checked=True)
    check = {"addresses": [{"channel": "email", "address": gone}]}
    (found,) = (await client.post("/suppressions/checks", json=check)).json()["items"]
    assert [entry["reason"] for entry in found["entries"]] == ["erased"]
    async with database.transaction() as tx:
        kept = await tx.value("select count(*) from requests where (addresses <> '[]' or second_selves <> '{}')"
                              " and customer_id = any(cast(:ids as uuid[]))", {"ids": [objecting, erased]})  # fmt: skip
    assert kept == 0, "kept for longer than they are needed"


async def test_whoever_takes_requests_erases_nobody_by_that_alone(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    """Catches a key for requests that erases people without the scope to erase."""
    keys = json.loads(settings.api_keys_file.read_text())
    desk = {"id": "desk", "sha256": hash_key("desk-key"), "scopes": ["privacy:requests"]}
    settings.api_keys_file.write_text(json.dumps([*keys, desk]))
    headers, customer = {"Authorization": "Bearer desk-key"}, new_id()
    await record(client, customer)
    body = {"customer": {"customer_id": str(customer)}, "kind": "erasure"}
    at_once = await client.post("/requests", json={**body, "identity_checked": True}, headers=headers)
    assert (at_once.status_code, at_once.json()["type"]) == (403, "/problems/erasing-needs-scope")
    request = (await client.post("/requests", json=body, headers=headers)).json()
    path = f"/requests/{request['request_id']}/identity-check"
    assert (await client.post(path, json={"how": "called"}, headers=headers)).status_code == 403
    assert await ask(client, customer) == "granted"
    assert (await client.post(path, json={"how": "called"})).status_code == 200
    assert await ask(client, customer) == "erased"


async def test_archives_that_cannot_be_made_keep_nobody_waiting(
    client: httpx.AsyncClient, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """Catches five requests that never succeed and are tried again and again, before everybody else's; and a request of
    somebody erased meanwhile that stays open for ever."""
    stuck = [new_id() for _ in range(5)]
    for customer in stuck:
        await taken(client, customer, "access", identity_checked=True, received_at="2015-01-01T00:00:00Z")
    behind = await taken(client, new_id(), "access", identity_checked=True)
    seen: set[UUID] = set()
    for _ in range(40):
        clock.advance(seconds=2)
        async with database.transaction() as tx:
            seen |= set(await to_collect(tx, 5))
    assert UUID(behind["request_id"]) in seen
    erased = new_id()
    request = await taken(client, erased, "access", identity_checked=True)
    await taken(client, erased, "erasure", identity_checked=True)
    async with neighbours(erased) as collector:
        await make_archive(a_context(settings, database), collector, UUID(request["request_id"]))
    shown = (await client.get(f"/requests/{request['request_id']}")).json()
    assert (shown["state"], steps(shown)[-1]) == ("answered", "nothing-kept")
