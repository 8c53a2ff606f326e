"""Requests of data subjects: each has a deadline, steps, and the answer that it asks for."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from services.privacy.config import Settings
from services.privacy.requests.clients import Collector, NotCollected
from services.privacy.requests.jobs import make_archive, watch_requests
from services.privacy.requests.service.archives import to_collect
from shared.database import subject_data as subject_data_module
from shared.database.engine import Database
from shared.ids import new_id
from shared.security.api_keys import hash_key
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.privacy.addresses import an_email, own
from tests.component.privacy.scenes import ask, record
from tests.fakes import FixedClock


@pytest.fixture
async def visitor(client: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with httpx.AsyncClient(transport=client._transport, base_url="http://privacy") as visitor:
        yield visitor


async def taken(
    client: httpx.AsyncClient, customer: UUID, kind: str, *, email: str | None = None, **changes: Any
) -> dict[str, Any]:
    named = {"customer_id": str(customer)} | ({"email": email} if email else {})
    body = {"customer": named, "kind": kind, **changes}
    answer = await client.post("/requests", json=body)
    assert answer.status_code == 202, answer.text
    request: dict[str, Any] = answer.json()
    return request


def steps(request: dict[str, Any]) -> list[str]:
    return [step["what"] for step in request["steps"]]


def neighbours(customer: UUID, *, down: str | None = None) -> Collector:
    """The other services: each keeps one row about the customer, and one may be away."""

    def of(name: str) -> httpx.AsyncClient:
        def answer(request: httpx.Request) -> httpx.Response:
            if name == down:
                return httpx.Response(503)
            asked = json.loads(request.content)["customer_ids"]
            rows = [{"customer_id": one, "kept_by": name} for one in asked if one == str(customer)]
            return httpx.Response(200, json={"parts": {"rows": rows} if rows else {}})

        return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url=f"http://{name}")

    return Collector({name: of(name) for name in ("customers", "interactions", "analytics", "campaigns")})


def a_context(settings: Settings, database: Database) -> WorkerContext:
    return WorkerContext(settings, database, database.clock, Watchdog([]))


async def test_what_is_kept_is_collected_from_all_services_and_handed_out_once(
    client: httpx.AsyncClient, visitor: httpx.AsyncClient, database: Database, settings: Settings, clock: FixedClock
) -> None:
    """Catches an answer without a service's part, one that anybody may fetch again, and one that lies in the clear."""
    customer = new_id()
    await record(client, customer)
    request = await taken(client, customer, "access", language="de", identity_checked=True)
    assert request["state"] == "working"
    request_id = UUID(request["request_id"])
    async with database.transaction() as tx:
        assert request_id in await to_collect(tx, 1000)
    async with neighbours(customer) as collector:
        await make_archive(a_context(settings, database), collector, request_id)
    path = f"/requests/{request_id}"
    assert (await client.get(path)).json()["state"] == "ready"
    link = (await client.post(f"{path}/archive-link")).json()
    page = link["url"].removeprefix(settings.privacy_public_url)
    async with database.transaction() as tx:
        sealed = bytes(await tx.value("select sealed from request_archives where request_id = :id", {"id": request_id}))
    assert b"kept_by" not in sealed
    assert not zipfile.is_zipfile(io.BytesIO(sealed))

    assert (await visitor.get(page)).status_code == 200
    assert (await client.get(path)).json()["state"] == "ready"
    fetched = await visitor.post(page)
    assert fetched.headers["content-type"] == "application/zip"
    file = zipfile.ZipFile(io.BytesIO(fetched.content))
    for name in ("customers", "interactions", "analytics", "campaigns"):
        assert json.loads(file.read(f"{name}.json"))["rows"] == [{"customer_id": str(customer), "kept_by": name}]
    own = json.loads(file.read("privacy.json"))
    assert own["consents"][0]["wording"] == "Yes, write to me."
    assert {"heads", "requests"} <= own.keys()
    assert 'lang="de"' in file.read("index.html").decode()
    answered = (await client.get(path)).json()
    assert (answered["state"], steps(answered)) == (
        "answered", ["received", "identity-checked", "collected", "handed-out"]
    )  # fmt: skip

    clock.advance(minutes=59)
    assert (await visitor.post(page)).content == fetched.content
    clock.advance(minutes=2)
    for answer in (await visitor.post(page), await visitor.get(page)):
        assert answer.status_code == 410
    await watch_requests(a_context(settings, database))
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from request_archives where request_id = :id", {"id": request_id}) == 0


async def test_no_archive_is_made_while_a_service_is_away(
    client: httpx.AsyncClient, database: Database, settings: Settings
) -> None:
    """Catches an answer that looks whole and is not."""
    customer = new_id()
    request = await taken(client, customer, "portability", identity_checked=True)
    async with neighbours(customer, down="analytics") as collector:
        with pytest.raises(NotCollected, match="analytics"):
            await make_archive(a_context(settings, database), collector, UUID(request["request_id"]))
    assert (await client.get(f"/requests/{request['request_id']}")).json()["state"] == "working"
    refused = await client.post(f"/requests/{request['request_id']}/archive-link")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/nothing-to-fetch")


async def test_nothing_is_done_before_the_identity_is_checked(client: httpx.AsyncClient) -> None:
    """Catches somebody who has another person's data sent, erased or restricted by a letter."""
    customer = new_id()
    await record(client, customer)
    for kind in ("access", "erasure", "restriction", "objection", "rectification"):
        request = await taken(client, customer, kind)
        assert (request["state"], steps(request)) == ("waiting", ["received"])
    assert await ask(client, customer) == "granted"
    missing = await client.post(f"/requests/{request['request_id']}/completion", json={"done": "name corrected"})
    assert (missing.status_code, missing.json()["type"]) == (409, "/problems/identity-missing")


async def test_each_kind_has_its_effect(client: httpx.AsyncClient, database: Database, settings: Settings) -> None:
    """Catches a request that is closed and changed nothing."""
    objecting, restricted, erased, wrong = (new_id() for _ in range(4))
    for customer in (objecting, restricted, erased):
        await record(client, customer)
    path = f"/requests/{(await taken(client, objecting, 'objection'))['request_id']}"
    closed = (await client.post(f"{path}/identity-check", json={"how": "called back"})).json()
    assert (closed["state"], closed["identity_checked_by"]) == ("answered", "officer")
    assert await ask(client, objecting) == "withdrawn"
    assert (await taken(client, restricted, "restriction", identity_checked=True))["state"] == "answered"
    assert await ask(client, restricted) == "restricted"
    corrected = await taken(client, wrong, "rectification", identity_checked=True)
    missing = await client.get(f"/requests/{new_id()}")
    assert (missing.status_code, missing.json()["type"]) == (404, "/problems/request-not-found")
    waits = await taken(client, wrong, "access", identity_checked=True)
    by_hand = await client.post(f"/requests/{waits['request_id']}/completion", json={"done": "sent by post"})
    assert (by_hand.status_code, by_hand.json()["type"]) == (409, "/problems/not-by-hand")
    done = await client.post(f"/requests/{corrected['request_id']}/completion", json={"done": "surname"})
    assert done.json()["state"] == "answered"

    request = await taken(client, erased, "erasure", identity_checked=True, note="zzq by letter")
    assert request["state"] == "working"
    assert await ask(client, erased) == "erased"
    erasure = (await client.get(f"/erasures/{request['erasure_id']}")).json()
    assert erasure["state"] == "running"
    async with database.transaction() as tx:
        await tx.execute("update erasures set completed_at = :now, state = 'completed' where erasure_id = :id",
                         {"now": tx.now, "id": UUID(request["erasure_id"])})  # fmt: skip
    await watch_requests(a_context(settings, database))
    answered = (await client.get(f"/requests/{request['request_id']}")).json()
    assert (answered["state"], answered["note"]) == ("answered", "")


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


async def test_asked_again_it_is_the_same_request(client: httpx.AsyncClient, clock: FixedClock) -> None:
    """Catches two deadlines for one question."""
    customer = new_id()
    first = await taken(client, customer, "access")
    clock.advance(days=3)
    again = await taken(client, customer, "access")
    assert (again["request_id"], again["due_at"]) == (first["request_id"], first["due_at"])
    assert steps(again) == ["received", "asked-again"]
    assert (await taken(client, customer, "rectification"))["request_id"] != first["request_id"]
    refused = await client.post(f"/requests/{first['request_id']}/refusal", json={"reason": "identity not shown"})
    assert refused.json()["state"] == "refused"
    assert (await taken(client, customer, "access"))["request_id"] != first["request_id"]
    late = await client.post(f"/requests/{first['request_id']}/identity-check", json={"how": "passport"})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/request-closed")


async def test_deadlines_are_shown_and_extended_once_with_a_reason(
    client: httpx.AsyncClient, clock: FixedClock
) -> None:
    """Catches a deadline that is pushed on and on, and one that nobody sees coming."""
    customer = new_id()
    received = clock.now() - timedelta(days=25)
    request = await taken(client, customer, "access", received_at=received.isoformat())
    path = f"/requests/{request['request_id']}"
    about = {"customer_id": str(customer)}
    assert request["due_soon"]
    assert len((await client.get("/requests", params={**about, "due_soon": True})).json()["items"]) == 1
    assert (await client.get("/requests", params={**about, "overdue": True})).json()["items"] == []
    clock.advance(days=6)
    assert len((await client.get("/requests", params={**about, "overdue": True})).json()["items"]) == 1
    extended = (await client.post(f"{path}/extension", json={"days": 60, "reason": "archives"})).json()
    assert (extended["overdue"], extended["extended_for"]) == (False, "archives")
    again = await client.post(f"{path}/extension", json={"days": 1, "reason": "more"})
    assert (again.status_code, again.json()["type"]) == (409, "/problems/already-extended")
    future = {"customer": about, "kind": "access", "received_at": (clock.now() + timedelta(days=1)).isoformat()}
    refused = await client.post("/requests", json=future)
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/received-later")


async def test_what_was_done_stays(client: httpx.AsyncClient, database_url: str) -> None:
    """Catches a step that is rewritten afterwards."""
    await taken(client, new_id(), "access")
    connection = await asyncpg.connect(database_url)
    try:
        for statement in ("update request_steps set what = 'x'", "delete from request_steps"):
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_service_shows_what_every_table_keeps_about_somebody(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a table with customers that nobody thought of: it is found in the database, not in a list."""
    customer, other = new_id(), new_id()
    for one in (customer, other):
        await record(client, one)
    async with database.transaction() as tx:
        await tx.execute("create table if not exists added_tomorrow (customer_id uuid, said text, packed bytea)")
        await tx.execute("insert into added_tomorrow values (:id, 'yes', '\\x00')", {"id": customer})
    answer = await client.post("/subject-data", json={"customer_ids": [str(customer)]})
    assert answer.status_code == 200, answer.text
    parts = answer.json()["parts"]
    assert parts["added_tomorrow"] == [{"customer_id": str(customer), "said": "yes"}]
    assert str(other) not in answer.text
    assert {"consents", "heads"} <= parts.keys()
    monkeypatch.setattr(subject_data_module, "MOST_ROWS", 1)
    refused = await client.post("/subject-data", json={"customer_ids": [str(customer)]})
    assert (refused.status_code, refused.json()["type"]) == (413, "/problems/too-much-data")
    async with database.transaction() as tx:
        await tx.execute("drop table added_tomorrow")
