"""The doors of the Segment API with what clients send by mistake, and with what browsers send."""

from __future__ import annotations

import base64
import gzip
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from fastapi import FastAPI

from services.interactions import app as app_module
from services.interactions.config import Settings
from services.interactions.recording.service.visitors import forget_idle_visitors
from services.interactions.visitors.domain import MOST_EVENTS
from shared.contracts.interactions import BrowsingRecorded, CustomRecorded, IdentityObserved, PurchaseRecorded
from tests.component.interactions.conftest import BROWSER, READER, WRITER, DrivenWorker
from tests.component.interactions.segment_api.test_client import customer, visitor_of

Body = dict[str, Any]


def basic(key: str) -> dict[str, str]:
    """The header in which servers' clients show their write key."""
    return {"Authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()}


@pytest.fixture
async def door(app: FastAPI) -> httpx.AsyncClient:
    """Calls the app without any key."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://app")


def an_order(user: str | None = None, **changes: Any) -> Body:
    """A completed order."""
    properties = {"order_id": "D-1", "revenue": 10, "currency": "USD"}
    return {
        "type": "track",
        "event": "Order Completed",
        "userId": user or uuid4().hex,
        "anonymousId": None,
        "messageId": uuid4().hex,
        "properties": properties,
        **changes,
    }


async def post(door: httpx.AsyncClient, path: str, body: Any, key: str = WRITER) -> httpx.Response:
    """Send a body with a write key."""
    return await door.post(path, json=body, headers=basic(key))


@pytest.mark.parametrize("path", ["/v1/track", "/v1/batch", "/v1/t"])
async def test_a_key_must_be_known_and_may_stand_in_the_body(door: httpx.AsyncClient, path: str) -> None:
    """Would catch a door that lets strangers in, or one that no browser can enter."""
    call = an_order()
    body = {"batch": [call]} if path == "/v1/batch" else call
    assert (await door.post(path, json=body)).status_code == 401
    assert (await post(door, path, body, "wrong")).status_code == 401
    assert (await door.post(path, json={**body, "writeKey": "wrong"})).status_code == 401
    assert (await post(door, path, body, READER)).status_code == 403
    assert (await door.post(path, json={**body, "writeKey": READER})).status_code == 403
    assert (await door.post(path, json={**body, "writeKey": WRITER})).status_code == 200
    assert (await post(door, path, body)).json()["accepted"] == 1


async def test_a_poisoned_item_costs_its_batch_nothing(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a batch that its client drops for one bad call, and a refusal that does not say which."""
    user = uuid4().hex
    poison: list[Any] = [
        "no object",
        None,
        an_order(type="unknown"),
        an_order(properties={"revenue": 10, "currency": "XXY"}),
        an_order(properties={"revenue": "much"}),
        an_order(properties={"revenue": "1e999999", "products": "none"}),
        an_order(timestamp="yesterday"),
        an_order(userId="undefined"),
        an_order(context={"page": "x" * 33_000}),
    ]
    answer = await post(door, "/v1/batch", {"batch": [an_order(user), *poison, an_order(user)]})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["accepted"], told["refused"], told["success"]) == (2, len(poison), False)
    assert sorted(refused["index"] for refused in told["errors"]) == list(range(1, len(poison) + 1))
    reasons = {refused["index"]: refused["errors"][0] for refused in told["errors"]}
    assert reasons[4]["where"] == "/properties/currency"
    assert reasons[7]["where"] == "/timestamp"
    assert (reasons[8]["where"], reasons[8]["reason"]) == ("/userId", "names-nobody")
    assert reasons[9]["reason"] == "event-too-large"
    await worker.drain()
    assert await worker.count(customer(worker, user)) == 2


async def test_odd_numbers_and_broken_signs_are_refused_alone(door: httpx.AsyncClient) -> None:
    """Would catch a batch that is unreadable for one half of a surrogate pair, or for a number beyond 64 bits."""
    good = orjson.dumps(an_order()).decode()
    halved, huge = '{"type": "track", "event": "\\ud800"}', '{"type": "page", "x": ' + "9" * 400 + "}"
    body = f'{{"batch": [{good}, {halved}, {huge}]}}'
    answer = await door.post("/v1/batch", content=body.encode(), headers=basic(WRITER))
    assert (answer.status_code, answer.json()["accepted"], answer.json()["refused"]) == (200, 1, 2)


async def test_bodies_are_bounded_also_when_unpacked(door: httpx.AsyncClient) -> None:
    """Would catch a few kilobytes that fill the memory, and a broken body that is a server error."""
    packed, bomb = gzip.compress(orjson.dumps({"batch": [an_order()]})), gzip.compress(b" " * 50_000_000)
    zipped = {**basic(WRITER), "Content-Encoding": "gzip"}
    for content, headers, status in (
        (packed, zipped, 200),
        (bomb, zipped, 413),
        (bomb, {"Content-Encoding": "gzip"}, 413),
        (packed[:-9], zipped, 400),
        (b"no gzip", zipped, 400),
        (b"{", basic(WRITER), 400),
        (b"[" * 200_000, basic(WRITER), 400),
        (b"[]", basic(WRITER), 422),
        (b'{"batch": {}}', basic(WRITER), 422),
        (b"x" * 600_000, basic(WRITER), 413),
        (packed, {**basic(WRITER), "Content-Encoding": "br"}, 415),
    ):
        answer = await door.post("/v1/batch", content=content, headers=headers)
        assert answer.status_code == status, answer.text
    assert (await post(door, "/v1/track", an_order(context={"x": "x" * 33_000}))).status_code == 413


async def test_a_call_without_an_id_is_known_by_its_content(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a retry of a client without message ids: only what it says of the journey differs."""
    user = uuid4().hex
    call = an_order(user, messageId=None)
    for sent in ("2026-05-01T12:00:00Z", "2026-05-01T12:00:09Z"):
        answer = await post(door, "/v1/track", {**call, "sentAt": sent, "_metadata": {"failedAttempts": sent}})
        assert answer.json()["accepted"] == 1
    await worker.drain()
    assert await worker.count(customer(worker, user)) == 1


async def test_what_a_page_says_is_hearsay(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a browser's key that is believed as a server's: anybody can read it in the page."""
    email = f"{uuid4().hex}@example.test"
    call = {"anonymousId": "visitor-1", "traits": {"email": email}, "messageId": uuid4().hex, "writeKey": BROWSER}
    answer = await door.post("/v1/i", content=orjson.dumps(call), headers={"Content-Type": "text/plain"})
    assert answer.json()["accepted"] == 1
    await worker.drain()
    (told,) = await worker.emitted(worker.customer_of(email), IdentityObserved)
    assert told.data.trust == "browser"


async def test_visitors_stay_unknown_until_they_are_named(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a profile for each visitor, and page views of strangers that other services hear of."""
    user, visitor = uuid4().hex, {"userId": None, "anonymousId": uuid4().hex}
    calls = [{"type": "page", "messageId": uuid4().hex, **visitor} for _ in range(1200)]
    before = await worker.value("select count(*) from outbox")
    told = (
        await post(door, "/v1/batch", {"batch": [*calls, {"type": "identify", **visitor, "traits": {"a": 1}}]})
    ).json()
    assert (told["accepted"], told["not_kept"]) == (1200, {"anonymous": 1})
    await worker.drain()
    assert await worker.value("select count(*) from outbox") == before
    stranger = visitor_of(worker, str(visitor["anonymousId"]))
    assert await worker.count(stranger) == MOST_EVENTS
    guest = f"{uuid4().hex}@example.test"
    named = [an_order(user), an_order(**visitor, properties={"revenue": 3, "currency": "USD", "email": guest})]
    assert (await post(door, "/v1/batch", {"batch": named})).json()["accepted"] == 2
    await worker.drain()
    assert len(await worker.emitted(customer(worker, user), PurchaseRecorded)) == 1
    assert len(await worker.emitted(worker.customer_of(guest), PurchaseRecorded)) == 1


async def test_who_signs_in_gets_what_the_visitor_did(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a cart that is lost at the sign-in, told as history, or told before anybody knows whose it is."""
    user, visitor = uuid4().hex, uuid4().hex
    added = {"type": "track", "event": "Product Added", "anonymousId": visitor, "properties": {"product_id": "pear"}}
    seen = {"type": "page", "anonymousId": visitor, "timestamp": "2024-05-01T12:00:00Z"}
    order = an_order(userId=None, anonymousId=visitor)
    await post(door, "/v1/batch", {"batch": [added, seen, order]})
    await worker.drain()
    known = customer(worker, user)
    await post(door, "/v1/identify", {"userId": user, "anonymousId": visitor})
    # What an anonymous call says after the sign-in is the customer's at once.
    await post(door, "/v1/page", {"anonymousId": visitor, "name": "Thanks"})
    await worker.drain()
    assert await worker.count(visitor_of(worker, visitor)) == 0
    assert await worker.count(known) == 4
    events = await worker.emitted(known)
    told = [(event.type.split(".")[1], event.origin.value) for event in events]
    assert sorted(told) == sorted(
        [
            ("identity_observed", "live"),
            ("browsing_recorded", "live"),
            ("browsing_recorded", "history"),
            ("purchase_recorded", "live"),
            ("browsing_recorded", "live"),
        ]
    )
    timeline = await door.get(
        f"/customers/{known}/timeline", params={"kind": "browsing"}, headers={"Authorization": f"Bearer {READER}"}
    )
    assert [item["detail"].get("title") for item in timeline.json()["items"]] == ["Thanks", None, None]


async def test_two_accounts_are_never_joined_by_a_browser(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a family's computer that makes one customer of two, or moves one's pages to the other."""
    first, second, visitor = uuid4().hex, uuid4().hex, uuid4().hex
    for user in (first, second):
        await post(door, "/v1/page", {"anonymousId": visitor, "messageId": uuid4().hex})
        await post(door, "/v1/identify", {"userId": user, "anonymousId": visitor})
        await worker.drain()
    await post(door, "/v1/page", {"anonymousId": visitor, "messageId": uuid4().hex})
    await worker.drain()
    assert await worker.count(customer(worker, first)) == 2
    assert await worker.count(customer(worker, second)) == 0
    assert await worker.count(visitor_of(worker, visitor)) == 1


async def test_a_claim_and_an_event_of_a_visitor_do_not_miss_each_other(
    door: httpx.AsyncClient, worker: DrivenWorker
) -> None:
    """Would catch an event that is recorded for a stranger while another worker finds out who that is."""
    user, visitor = uuid4().hex, uuid4().hex
    await post(door, "/v1/batch", {"batch": [{"type": "page", "anonymousId": visitor}]})
    await worker.drain()
    await post(door, "/v1/page", {"anonymousId": visitor, "name": "late"})
    await post(door, "/v1/alias", {"userId": user, "previousId": visitor})
    late, claim = [[record] for record in await worker.waiting()]
    await worker.at_once(late, claim)
    assert await worker.count(customer(worker, user)) == 2
    assert await worker.count(visitor_of(worker, visitor)) == 0


async def test_idle_visitors_are_forgotten(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch strangers whose steps are kept for ever."""
    visitor = uuid4().hex
    await post(door, "/v1/page", {"anonymousId": visitor})
    await worker.drain()
    stranger = visitor_of(worker, visitor)
    async with worker.database.transaction() as tx:
        past = tx.now - timedelta(days=91)
        await tx.execute("update visitors set seen_at = :past where visitor_id = :id", {"past": past, "id": stranger})
        assert not await forget_idle_visitors(tx, worker.settings)
    assert await worker.count(stranger) == 0
    assert await worker.value("select count(*) from visitors where visitor_id = :id", id=stranger) == 0


async def test_own_events_are_on_the_timeline_and_told_nobody(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch free text of a shop's own events on a topic, and one that is lost."""
    user = uuid4().hex
    call = {"userId": user, "event": "Wish Sent", "properties": {"wish": "MARKER", "nested": {"a": [1, "b"]}}}
    await post(door, "/v1/track", call)
    await post(door, "/v1/page", {"userId": user, "properties": {"title": "MARKER", "path": "/MARKER"}})
    await worker.drain()
    known = customer(worker, user)
    timeline = await door.get(f"/customers/{known}/timeline", headers={"Authorization": f"Bearer {READER}"})
    assert [item["detail"].get("properties") for item in timeline.json()["items"]] == [None, call["properties"]]
    (told,) = await worker.emitted(known, BrowsingRecorded)
    assert b"MARKER" not in told.to_bytes()
    assert await worker.emitted(known, CustomRecorded) == []


async def test_browsers_of_listed_sites_may_call(settings: Settings) -> None:
    """Would catch a preflight that is refused for want of a key."""
    listed = app_module.create(settings.model_copy(update={"cors_origins": ["https://shop.example"]}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=listed), base_url="http://app") as browser:
        asked = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        answer = await browser.options("/v1/t", headers=asked)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        strange = await browser.options("/v1/t", headers={**asked, "Origin": "https://other.example"})
        assert "access-control-allow-origin" not in strange.headers


async def test_a_retry_that_was_sent_later_is_the_same_call(door: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a retry that becomes a dead letter: its time is reckoned anew from when it was sent and received."""
    order = an_order(originalTimestamp="2026-05-01T12:00:00.000Z")
    for sent in ("2026-05-01T12:00:01.000Z", "2026-05-01T12:00:07.123Z"):
        await post(door, "/v1/batch", {"batch": [order], "sentAt": sent})
    other = {**order, "properties": {**order["properties"], "revenue": 11}}
    await post(door, "/v1/batch", {"batch": [other], "sentAt": "2026-05-01T12:00:09.000Z"})
    await worker.drain()
    async with worker.database.transaction() as tx:
        recorded = await tx.rows("select amount from interactions where message_id = :id", {"id": order["messageId"]})
        letters = await tx.rows(
            "select reason from dead_letters where position(cast(:id as bytea) in value) > 0",
            {"id": order["messageId"].encode()},
        )
    assert [row["amount"] for row in recorded] == [1000]
    assert [row["reason"] for row in letters] == ["message-id-reused"]
