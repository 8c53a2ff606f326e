"""Bad input at both doors: refused with the field over HTTP, dead-lettered with its bytes over Kafka, never a 500."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from services.interactions.ingest.routes.examples import EVENTS
from shared.events.replayer import Replayer
from tests.component.interactions.builders import Body, a_line, a_purchase, an_email
from tests.component.interactions.conftest import OPERATOR, READER, DrivenWorker, as_

_IN_AN_HOUR = (datetime.now(UTC) + timedelta(hours=1)).isoformat()


def _without(body: Body, field: str) -> Body:
    return {name: value for name, value in body.items() if name != field}


# name: (the event, where the fault is, its reason)
BAD: dict[str, tuple[Body, str, str]] = {
    "wrong field": (a_purchase(data={"colour": "red"}), "/data/colour", "unknown-field"),
    "missing field": (_without(a_purchase(), "time"), "/time", "missing-field"),
    "text for an amount": (a_purchase(data={"lines": [a_line(amount="450")]}), "/data/lines/0/amount", "wrong-field"),
    "float for an amount": (a_purchase(data={"lines": [a_line(amount=4.5)]}), "/data/lines/0/amount", "wrong-field"),
    "unknown currency": (a_purchase(data={"currency": "XQZ"}), "/data/currency", "unknown-currency"),
    "future": (a_purchase(time=_IN_AN_HOUR), "/time", "future-time"),
    "no time zone": (a_purchase(time="2026-05-01T12:00:00"), "/time", "wrong-field"),
    "year one": (a_purchase(time="0001-01-01T00:00:00+14:00"), "/time", "ancient-time"),
    "last year": (a_purchase(time="9999-12-31T23:59:59-14:00"), "/time", "future-time"),
    "unknown type": (a_purchase(type="teleport"), "/type", "unknown-event-type"),
    "no type": (_without(a_purchase(), "type"), "/type", "missing-field"),
    "nobody": (a_purchase(customer={}), "/customer", "no-identifier"),
    "only a phone": (a_purchase(customer={"phone": "+49 30 123456"}), "/customer", "no-identifier"),
    "blank card": (a_purchase(customer={"card": "  "}), "/customer/card", "wrong-field"),
    "total of zero": (a_purchase(data={"lines": [a_line(amount=0)]}), "/data/lines", "empty-total"),
    "negative total": (a_purchase(data={"lines": [a_line(), a_line(amount=-900)]}), "/data/lines", "empty-total"),
    "huge number": (a_purchase(data={"lines": [a_line(amount=10**400)]}), "/data/lines/0/amount", "wrong-field"),
    "huge trait": (a_purchase(traits={"n": 10**30}), "/traits/n", "bad-trait"),
    "nested trait": (a_purchase(traits={"n": {"deep": 1}}), "/traits/n", "wrong-field"),
    "null in a trait": (a_purchase(traits={"n": "a\x00b"}), "/traits/n", "bad-trait"),
    "null in an id": (a_purchase(message_id="a\x00b"), "/message_id", "wrong-field"),
    "long trait": (a_purchase(traits={"n": "x" * 2_000}), "/traits/n", "bad-trait"),
}
# What even a JSON reader, or only a tolerant one, can make something of.
BROKEN: dict[str, bytes] = {
    "broken UTF-8": b'{"type":"purchase","message_id":"\xff\xfe"}',
    "deep JSON": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "deep lists": b"[" * 100_000,
    "half a surrogate": b'{"message_id":"\\ud800"}',
    "an infinite number": b'{"type":"purchase","n":1e400}',
    "not JSON": b"purchase",
    "a list": b"[]",
    "a number": b"1",
    "nothing": b"",
    "null bytes": b"\x00\x00\x00",
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_event_over_http_names_the_field(api: httpx.AsyncClient, name: str) -> None:
    """Would catch a refusal without a place, and a 500."""
    body, where, reason = BAD[name]
    answer = await api.post("/events", content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    # Numbers beyond 64 bits and null characters are refused before an event is looked for, so without a reason.
    assert (where, reason) in [(fault["where"], fault.get("reason", reason)) for fault in problem["errors"]]
    assert all(fault["cure"] for fault in problem["errors"])


async def test_an_unknown_type_is_told_the_known_ones(api: httpx.AsyncClient) -> None:
    """Would catch a refusal that leaves the publisher guessing."""
    answer = await api.post("/events", json=a_purchase(type="teleport"))
    (fault,) = answer.json()["errors"]
    assert fault["cure"] == "send one of: purchase, return, contact, exposure, response, browsing, custom, identify"


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_bytes_are_never_our_fault(api: httpx.AsyncClient, name: str) -> None:
    """Would catch a 500 at any of the three doors."""
    for path in ("/events", "/events/batch"):
        answer = await api.post(path, content=BROKEN[name], headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), (path, answer.text)
    batch = b'{"events":[' + BROKEN[name] + b"]}"
    answer = await api.post("/events/batch", content=batch, headers={"Content-Type": "application/json"})
    assert answer.status_code in (202, 400, 422)
    assert answer.status_code != 202 or answer.json()["accepted"] == 0
    answer = await api.post("/history", content=BROKEN[name])
    assert answer.status_code == 202
    assert answer.json()["accepted"] == 0


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_event_over_kafka_is_kept_with_its_bytes(worker: DrivenWorker, name: str) -> None:
    """Would catch a lost record, a changed byte, a wrong reason, and another record that pays for it."""
    body, _, reason = BAD[name]
    raw = json.dumps({"publisher": uuid4().hex, "message": body}).encode()
    good = a_purchase()
    await worker.send(raw)
    await worker.send_message(good)
    await worker.drain()
    kept = await worker.value("select reason from dead_letters where value = :raw", raw=raw)
    assert kept == reason
    recorded = await worker.value("select count(*) from interactions where message_id = :id", id=good["message_id"])
    assert recorded == 1


@pytest.mark.parametrize("name", BROKEN)
async def test_broken_bytes_over_kafka_are_kept_verbatim(worker: DrivenWorker, name: str) -> None:
    """Would catch a record that stops the worker."""
    await worker.send(BROKEN[name], key=name.encode())
    await worker.send(None, key=f"{name} tombstone".encode())
    await worker.drain()
    letters = "select count(*) from dead_letters where key = :key and value is not distinct from :raw"
    assert await worker.value(letters, key=name.encode(), raw=BROKEN[name]) == 1
    assert (
        await worker.value(
            "select count(*) from dead_letters where value is null and key = :key", key=f"{name} tombstone".encode()
        )
        == 1
    )


async def test_a_dead_letter_is_repaired_and_replayed_once(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a repair without effect, and an effect for each replay."""
    wrong = a_purchase(data={"currency": "XQZ"})
    raw = orjson.dumps({"publisher": "till", "message": wrong})
    await worker.send(raw)
    await worker.drain()
    letter = await worker.value("select id from dead_letters where value = :raw", raw=raw)
    right = {"publisher": "till", "message": {**wrong, "data": {**wrong["data"], "currency": "USD"}}}
    replayer = Replayer(worker.all)
    for _ in range(2):
        answer = await api.post(
            f"/dead-letters/{letter}/repair", json={"text": json.dumps(right)}, headers=as_(OPERATOR)
        )
        await api.post(f"/dead-letters/{letter}/replay", headers=as_(OPERATOR))
        await replayer.replay_asked(worker.database)
    assert answer.status_code in (200, 409)
    await worker.send_message(right["message"])
    await worker.drain()
    assert await worker.value("select count(*) from interactions where message_id = :id", id=wrong["message_id"]) == 1
    assert await worker.value("select state from dead_letters where id = :id", id=letter) == "replayed"
    assert await worker.value("select value from dead_letters where id = :id", id=letter) == raw


async def test_one_bad_item_costs_the_batch_nothing(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a batch that is refused as a whole, and results in another order."""
    items: list[Any] = [a_purchase(), *(body for body, _, _ in BAD.values()), a_purchase(), "no event", None]
    answer = await api.post(
        "/events/batch", content=json.dumps({"events": items}), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (2, len(BAD) + 2)
    assert [result["index"] for result in body["results"]] == list(range(len(items)))
    for (_, where, _), result in zip(BAD.values(), body["results"][1:], strict=False):
        assert result["status"] == "refused"
        assert result["errors"][0]["where"] in (where, "")
    await worker.drain()
    ids = [items[0]["message_id"], items[-3]["message_id"]]
    counted = await worker.value(
        "select count(*) from interactions where message_id = any(cast(:ids as text[]))", ids=ids
    )
    assert counted == 2


async def test_an_oversized_batch_is_refused_as_a_whole(api: httpx.AsyncClient) -> None:
    """Would catch a batch without a limit, in events or in bytes."""
    answer = await api.post("/events/batch", json={"events": [{}] * 501})
    assert answer.status_code == 413
    assert answer.json()["limit"] == 500
    heavy = {"events": [{"x": "y" * 1_000_000}] * 9}
    assert (await api.post("/events/batch", json=heavy)).status_code == 413
    assert (await api.post("/events", json={"x": "y" * 2_000_000})).status_code == 413


async def test_a_history_says_which_lines_it_refused(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch history that triggers, a wrong line number, and a second sending that records twice."""
    email = an_email()
    lines = [json.dumps(a_purchase(customer={"email": email})) for _ in range(1_203)]
    lines[7] = json.dumps(a_purchase(data={"currency": "XQZ"}))
    lines[900] = "no JSON"
    lines[1_000] = ""
    content = "\n".join(lines)
    for _ in range(2):
        answer = await api.post("/history", content=content, headers={"Content-Type": "application/x-ndjson"})
        summary = answer.json()
        assert (summary["lines"], summary["accepted"], summary["refused"]) == (1_203, 1_200, 2)
        assert [refused["line"] for refused in summary["errors"]] == [8, 901]
    await worker.drain()
    counts = (
        "select count(*) from interactions i where detail is not null and origin = :origin and message_id = any(:ids)"
    )
    ids = [json.loads(line)["message_id"] for line in lines if line.startswith("{")]
    assert await worker.value(counts, origin="history", ids=ids) == 1_200
    assert await worker.value(counts, origin="live", ids=ids) == 0


async def test_a_line_without_an_end_holds_no_memory(api: httpx.AsyncClient) -> None:
    """Would catch a stream that is collected before it is judged."""

    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 100_000
        yield b"\n" + json.dumps(a_purchase()).encode() + b"\n"

    summary = (await api.post("/history", content=chunks())).json()
    assert (summary["lines"], summary["accepted"], summary["refused"]) == (2, 1, 1)
    assert summary["errors"][0]["errors"][0]["reason"] == "line-too-long"


async def test_the_examples_in_the_documentation_are_accepted(api: httpx.AsyncClient) -> None:
    """Would catch examples that rot."""
    for event in EVENTS.values():
        answer = await api.post("/events", json={**event, "message_id": uuid4().hex})
        assert answer.status_code == 202, answer.text
    schema = (await api.get("/events/schema")).json()
    assert schema["discriminator"]["propertyName"] == "type"


async def test_publishing_needs_its_own_scope(api: httpx.AsyncClient) -> None:
    """Would catch a reader who writes."""
    for path in ("/events", "/events/batch", "/history"):
        assert (await api.post(path, headers=as_(READER))).status_code == 403
