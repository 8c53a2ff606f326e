"""Odd input at every door of every service: refused with a reason and a place, never an error of ours.

The input follows from a fixed seed, the door's name and nothing else, so that a red run is red again.
"""

from __future__ import annotations

from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aiokafka import TopicPartition

from services.interactions.ingest.handlers import subscriptions
from services.registry import SERVICES
from shared.contracts.topics import PARTITIONS
from shared.errors import PROBLEM_JSON
from shared.events.consumer_loop import to_record
from shared.events.processor import BatchProcessor
from shared.kafka.clients import make_consumer
from tests.component.fuzz.ground import Ground, Operation
from tests.component.fuzz.junk import WORDS, broken, cursor

_SEED = 20240601
_BODIES, _PARAMETERS = 24, 8
# People open these pages from a mail: they are answered in HTML.
_PAGES = ("/unsubscribe/", "/forms/", "/confirm/", "/preferences/", "/archives/")
_KERNEL = ("/health/", "/metrics", "/docs", "/openapi.json")
_OTHER_TYPES = ("text/plain", "application/xml", "application/json; charset=utf-16", "multipart/form-data", "\xff", "")
_ENCODINGS = ("identity", "gzip", "br", "x" * 500)


def judge(answer: httpx.Response) -> str | None:
    """What is wrong with `answer`: an error of ours, or a refusal that does not help."""
    if answer.status_code >= 500:
        return "an error of ours"
    if answer.status_code < 400 or any(page in str(answer.request.url) for page in _PAGES):
        return None
    if answer.headers["content-type"] != PROBLEM_JSON:
        return "a refusal that is no problem+json"
    if answer.request.method == "HEAD":
        return None
    problem = answer.json()
    if problem["status"] != answer.status_code or not all(problem[name] for name in ("type", "title", "detail")):
        return "a problem that says too little"
    if answer.status_code == 422 and not problem["errors"]:
        return "a refusal that points nowhere"
    if not all(isinstance(one["where"], str) and one["what"] for one in problem["errors"]):
        return "a fault without place or cause"
    return None


async def faults_of(ground: Ground, operation: Operation, path: str, query: str = "", **more: Any) -> list[str]:
    """Send one request; what is wrong with the answer, and with what was sent."""
    headers = {"If-Match": "*"} if "if-match" in operation.names("header") else {}
    headers |= more.pop("headers", {})
    # Bytes, as they may stand in a header.
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    url = f"http://door{path}{'?' if query else ''}{query}"
    request = ground.client.build_request(operation.method, url, headers=raw, **more)
    answer = await ground.client.send(request)
    wrong = judge(answer)
    if wrong is None:
        return []
    sent = f"{operation.method} {url[:2000]} {headers} {more.get('content', more.get('json'))!r:.2000}"
    return [f"{wrong}: {ground.service} {sent}\n    -> {answer.status_code} {answer.text[:800]}"]


def doors(ground: Ground) -> list[tuple[Operation, Random]]:
    """Each with a source of chance of its own."""
    found = [one for one in ground.operations() if not one.path.startswith(_KERNEL)]
    assert len(found) >= 10, "the document names hardly any door"
    return [(one, Random(f"{_SEED} {ground.service} {one}")) for one in found]


def _afresh(body: Any) -> Any:
    """With message ids of its own: under one id another message is refused."""
    if isinstance(body, dict):
        ids = {name: f"fresh-{uuid4()}" for name in ("message_id", "messageId") if name in body and "type" in body}
        return {name: _afresh(value) for name, value in body.items()} | ids
    return [_afresh(value) for value in body] if isinstance(body, list) else body


@pytest.mark.parametrize("service", SERVICES)
async def test_each_door_accepts_the_body_that_is_about_to_be_spoiled(grounds: dict[str, Ground], service: str) -> None:
    """Catches a new door without a good body here, and input so bad that the fuzz never gets past the first check."""
    ground = grounds[service]
    for operation, _ in doors(ground):
        await ground.dead_letter()
        if operation.media == "application/json":
            assert ground.goods(operation), f"say in goods.py what {service} {operation} takes"
        for body in map(_afresh, ground.goods(operation)):
            headers = {"If-Match": "*"} if "if-match" in operation.names("header") else {}
            answer = await ground.client.request(operation.method, ground.path(operation), json=body, headers=headers)
            missing = answer.status_code == 404 and "{message_id}" in operation.path
            # What may be done with a journey depends on where it stands, and the doors are tried one by one.
            missing |= answer.status_code == 409 and operation.path.startswith("/journeys/{")
            assert answer.is_success or missing, f"{operation} {body}: {answer.status_code} {answer.text}"


@pytest.mark.parametrize("service", SERVICES)
async def test_a_spoiled_body_is_refused_or_harmless(grounds: dict[str, Ground], service: str) -> None:
    """Wrong types, missing and unknown fields, deep nesting, huge numbers, half characters, the ends of time."""
    ground, faults = grounds[service], list[str]()
    for operation, rng in doors(ground):
        goods = ground.goods(operation)
        await ground.dead_letter()
        for _ in range(_BODIES if goods else 0):
            content = broken(rng.choice(goods), rng)
            headers = {"Content-Type": "application/json"}
            if rng.random() < 0.05:
                headers = {"Content-Type": rng.choice(_OTHER_TYPES), "Content-Encoding": rng.choice(_ENCODINGS)}
            faults += await faults_of(ground, operation, ground.path(operation), content=content, headers=headers)
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("service", SERVICES)
async def test_an_odd_parameter_is_refused_or_harmless(grounds: dict[str, Ground], service: str) -> None:
    """Catches a value that reaches PostgreSQL unchecked, and a cursor that is believed because it can be decoded."""
    ground, faults = grounds[service], list[str]()
    for operation, rng in doors(ground):
        body = (ground.goods(operation) or [None])[0]
        for _ in range(_PARAMETERS):
            names = operation.names("path")
            odd = {rng.choice(names): rng.choice(WORDS)} if names and rng.random() < 0.6 else {}
            query = "&".join(
                f"{name}={cursor(rng) if name == 'after' and rng.random() < 0.7 else rng.choice(WORDS)}"
                for name in [*operation.names("query"), *(["%00"] if rng.random() < 0.05 else [])]
                if rng.random() < 0.5
            )
            headers = {
                name: rng.choice(["*", '"1"', '"-1"', '"' + "9" * 40 + '"', "\xff", "x" * 300, ""])
                for name in operation.names("header")
                if rng.random() < 0.5
            }
            more: dict[str, Any] = {} if body is None else {"json": body}
            faults += await faults_of(ground, operation, ground.path(operation, odd), query, headers=headers, **more)
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_mistyped_parameter_is_refused(grounds: dict[str, Ground], service: str) -> None:
    """Catches a filter that is left out without a word, so that its answer is taken for what was asked."""
    ground = grounds[service]
    for operation, _ in doors(ground):
        if operation.method == "GET" and "x-scope" in operation.spec:
            answer = await ground.client.get(f"{ground.path(operation)}?limitt=1")
            assert (answer.status_code, answer.json()["errors"][0]["where"]) == (422, "query:limitt"), str(operation)


async def test_spoiled_lines_of_a_history_cost_the_others_nothing(grounds: dict[str, Ground]) -> None:
    """Catches a line that ends the stream, or that is lost without a word."""
    ground, rng = grounds["interactions"], Random(_SEED)
    operation = next(one for one in ground.operations() if str(one) == "POST /events")
    lines = [broken(rng.choice(ground.goods(operation)), rng).replace(b"\n", b" ") for _ in range(200)]
    lines = [line.replace(b"\r", b" ") for line in lines if line.strip()]
    answer = await ground.client.post(
        "/history", content=b"\n".join(lines), headers={"Content-Type": "application/x-ndjson"}
    )
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["accepted"] + told["refused"] == told["lines"] == len(lines)
    assert told["accepted"] > 0
    assert told["refused"] == len(told["errors"]) + told["errors_left_out"]


async def test_what_the_door_takes_the_worker_records(grounds: dict[str, Ground]) -> None:
    """Catches an odd event that is promised to its publisher with a 202 and then lies in the dead letters."""
    ground, rng = grounds["interactions"], Random(_SEED + 1)
    operation = next(one for one in ground.operations() if str(one) == "POST /events")
    taken = set[str]()
    for number in range(200):
        # Of its own: under one id another message is no retry.
        content = broken({**rng.choice(ground.goods(operation)), "message_id": f"odd-{number}"}, rng)
        answer = await ground.client.post("/events", content=content, headers={"Content-Type": "application/json"})
        if answer.status_code == 202:
            taken.add(answer.json()["message_id"])
    assert len(taken) >= 10
    context = ground.app.state.context
    (inbound,) = subscriptions(context.settings)
    consumer = make_consumer(context.settings, "fuzz")
    await consumer.start()
    try:
        topic = f"{context.settings.topic_prefix}interactions-inbound"
        consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
        ends = await consumer.end_offsets(consumer.assignment())
        while left := [one for one, end in ends.items() if await consumer.position(one) < end]:
            read = await consumer.getmany(*left, timeout_ms=200)
            records = [to_record(context.settings, raw) for some in read.values() for raw in some]
            if records:
                await BatchProcessor(context.database, inbound).process(records)
    finally:
        await consumer.stop()
    async with context.database.transaction() as tx:
        letters = await tx.rows(
            "select error, value from dead_letters where consumer = :name", {"name": inbound.consumer}
        )
        assert await tx.value("select count(*) from messages") >= len(taken)
    # What other tests sent under one id, twice and differently, is no fault of the door's: each app knows its own.
    # Nor are the counts of a flood of them, which hold no record.
    kept = [dict(letter) for letter in letters if letter["value"] is not None]
    assert [letter for letter in kept if not letter["error"].startswith("MessageIdReused")] == []
