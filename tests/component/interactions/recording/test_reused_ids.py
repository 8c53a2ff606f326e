"""A message id used again: a repeat is nothing new, another message is not lost without a word."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from shared.events.dead_letters import repair, replay
from shared.events.processor import BatchProcessor
from shared.events.replayer import Replayer
from tests.component.interactions.builders import (
    Body,
    a_line,
    a_purchase,
    an_email,
    kafka_records,
    minutes_ago,
)
from tests.component.interactions.conftest import DrivenWorker

_REASON = "message-id-reused"


async def _letters(worker: DrivenWorker, message_id: str) -> list[dict[str, Any]]:
    async with worker.database.transaction() as tx:
        rows = await tx.rows(
            "select * from dead_letters where position(cast(:id as bytea) in value) > 0", {"id": message_id.encode()}
        )
    return [dict(row) for row in rows]


async def _recorded(worker: DrivenWorker, message_id: str) -> list[int]:
    async with worker.database.transaction() as tx:
        rows = await tx.rows("select amount from interactions where message_id = :id", {"id": message_id})
    return [row["amount"] for row in rows]


_FIRST = a_purchase(message_id="", customer={"email": "first@example.test"}, traits={"a": 1, "b": 2})
# How another message differs, each by itself.
_OTHERS: dict[str, Body] = {
    "another basket": {"data": {**_FIRST["data"], "lines": [a_line(amount=451)]}},
    "another customer": {"customer": {"email": "second@example.test"}},
    "another time": {"time": minutes_ago(9)},
    "another trait": {"traits": {"a": 1, "b": 3}},
    "another type": {"type": "return"},
}
# How the same message may come again.
_REPEATS: dict[str, Body] = {
    "as it was": {},
    "as history": {"origin": "history"},
    "with its traits in another order": {"traits": {"b": 2, "a": 1}},
    "with what is the default": {"data": {**_FIRST["data"], "store": None}},
}


@pytest.mark.parametrize("how", _OTHERS)
@pytest.mark.parametrize("together", [True, False])
async def test_another_message_under_a_known_id_is_a_letter(worker: DrivenWorker, how: str, together: bool) -> None:
    """Would catch a purchase that is answered with 202 and dropped, because a till began to count anew."""
    first = {**_FIRST, "message_id": uuid4().hex}
    second, neighbour = {**first, **_OTHERS[how]}, a_purchase()
    processor = BatchProcessor(worker.database, worker.inbound)
    records = kafka_records([first, second, neighbour], 900 + uuid4().int % 10**6)
    for batch in [records] if together else [[record] for record in records]:
        await processor.process(batch)
    assert await _recorded(worker, first["message_id"]) == [450]
    assert await _recorded(worker, neighbour["message_id"]) == [450]
    (letter,) = await _letters(worker, first["message_id"])
    assert (letter["reason"], letter["publisher"]) == (_REASON, "till")
    assert orjson.loads(letter["value"])["message"] == second


@pytest.mark.parametrize("how", _REPEATS)
@pytest.mark.parametrize("together", [True, False])
async def test_a_repeat_is_no_other_message(worker: DrivenWorker, how: str, together: bool) -> None:
    """Would catch a retry that becomes a letter because its JSON is written in another way."""
    first = {**_FIRST, "message_id": uuid4().hex}
    processor = BatchProcessor(worker.database, worker.inbound)
    records = kafka_records([first, {**first, **_REPEATS[how]}], 900 + uuid4().int % 10**6)
    for batch in [records] if together else [[record] for record in records]:
        await processor.process(batch)
    assert await _recorded(worker, first["message_id"]) == [450]
    assert await _letters(worker, first["message_id"]) == []


async def test_what_a_former_release_recorded_counts_as_the_same(worker: DrivenWorker) -> None:
    """Would catch an upgrade after which every retry of yesterday is a letter."""
    first = {**_FIRST, "message_id": uuid4().hex}
    processor = BatchProcessor(worker.database, worker.inbound)
    await processor.process(kafka_records([first], 900 + uuid4().int % 10**6))
    async with worker.database.transaction() as tx:
        await tx.execute("update messages set content = null")
    other = {**first, "data": {**first["data"], "lines": [a_line(amount=1)]}}
    await processor.process(kafka_records([other], 900 + uuid4().int % 10**6))
    assert await _letters(worker, first["message_id"]) == []


async def test_the_letter_is_recorded_once_it_has_an_id_of_its_own(worker: DrivenWorker) -> None:
    """Would catch a letter that cannot be repaired, and a replay that says nothing of why it failed."""
    first = {**_FIRST, "message_id": uuid4().hex}
    second = {**first, **_OTHERS["another basket"]}
    await BatchProcessor(worker.database, worker.inbound).process(
        kafka_records([first, second], 900 + uuid4().int % 10**6)
    )
    (letter,) = await _letters(worker, first["message_id"])
    async with worker.database.transaction() as tx:
        await replay(tx, letter["id"], who="op")
    assert await Replayer([worker.inbound]).replay_asked(worker.database) == 0
    (letter,) = await _letters(worker, first["message_id"])
    assert (letter["state"], letter["error"].partition(":")[0]) == ("open", "MessageIdReused")
    mended = {**second, "message_id": uuid4().hex}
    async with worker.database.transaction() as tx:
        raw = orjson.dumps({"publisher": "till", "message": mended})
        await repair(tx, letter["id"], raw, who="op")
        await replay(tx, letter["id"], who="op")
    assert await Replayer([worker.inbound]).replay_asked(worker.database) == 1
    assert await _recorded(worker, mended["message_id"]) == [451]


async def test_over_http_the_second_is_refused_at_once(api: httpx.AsyncClient, worker: DrivenWorker) -> None:
    """Would catch a 202 for what the app itself has let through a moment ago with another content."""
    first = a_purchase(customer={"email": an_email()})
    assert (await api.post("/events", json=first)).status_code == 202
    spelt, json = orjson.dumps(first, option=orjson.OPT_INDENT_2), {"Content-Type": "application/json"}
    assert (await api.post("/events", content=spelt, headers=json)).status_code == 202
    second = {**first, "customer": {"email": an_email()}}
    answer = await api.post("/events", json=second)
    assert answer.status_code == 422
    assert (answer.json()["errors"][0]["reason"], answer.json()["errors"][0]["where"]) == (_REASON, "/message_id")
    batch = await api.post("/events/batch", json={"events": [second, first, a_purchase()]})
    assert [item["status"] for item in batch.json()["results"]] == ["refused", "accepted", "accepted"]
    await worker.drain()
    assert await _recorded(worker, first["message_id"]) == [450]
