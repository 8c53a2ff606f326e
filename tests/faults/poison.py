"""Records that cannot be handled, and the operator who settles what became of them."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.installation import SERVICES
from shared.contracts.topics import TOPICS
from tests.builders import a_purchase
from tests.faults.consumers import CONSUMERS
from tests.faults.history import History
from tests.faults.load import TILL
from tests.faults.product import Doors, until

_Record = tuple[str, bytes | None, list[tuple[str, bytes]]]


def _message(who: str, **more: Any) -> bytes:
    return orjson.dumps({"publisher": TILL, "message": a_purchase(who, message_id=f"{who}-poison", **more)})


def _envelope(type: str, data: Any) -> bytes:
    now = datetime.now(UTC).isoformat()
    return orjson.dumps(
        {"specversion": "1.0", "id": str(uuid4()), "type": type, "source": "poison", "subject": str(uuid4()),
         "time": now, "recorded_at": now, "version": 1, "origin": "live", "cause": None, "data": data}
    )  # fmt: skip


def kinds_of(seed: int) -> list[_Record]:
    """Eight kinds: topic, bytes, headers."""
    inbound, who = "interactions-inbound", f"poison{seed}"
    ahead = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    bought = "interactions.purchase_recorded.v1"
    header = [("type", bought.encode())]
    return [
        (inbound, b"\xff\xfe{not json", []),
        (inbound, None, []),
        (inbound, _message(f"{who}-a", colour="blue"), []),
        (inbound, _message(f"{who}-b", time=ahead), []),
        (inbound, b"[" * 5_000 + b"]" * 5_000, []),
        ("interactions-events", _envelope(bought, {"amount": "much"}), header),
        ("interactions-events", b'{"id": "no envelope"}', header),
        (
            "campaigns-events",
            _envelope("campaigns.message_settled.v1", {}),
            [("type", b"campaigns.message_settled.v1")],
        ),
    ]


async def plant(doors: Doors, servers: str, history: History, seed: int, kinds: int) -> int:
    """Publish the first `kinds`. Returns how many letters they must lead to."""
    prefix = doors.installation.plan.topic_prefix
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all")
    await producer.start()
    planted = kinds_of(seed)[:kinds]
    try:
        for number, (topic, value, headers) in enumerate(planted):
            await producer.send_and_wait(prefix + topic, value, key=f"poison-{number}".encode(), headers=headers)
            if topic == "interactions-inbound" and value and b"message_id" in value:
                id = orjson.loads(value)["message"]["message_id"]
                history.add("purchase", id, id.removesuffix("-poison"), "ok", publisher=TILL)
    finally:
        await producer.stop()
    return sum(_handling_consumers(topic, value) for topic, value, _ in planted)


def _handling_consumers(topic: str, value: bytes | None) -> int:
    """How many consumers will write a dead letter for it."""
    if topic == "interactions-inbound":
        return 1
    kind = "interactions.purchase_recorded.v1" if topic == "interactions-events" else "campaigns.message_settled.v1"
    return sum(topic in topics and kind in types for _, topics, types in CONSUMERS.values())


async def settle(doors: Doors, planted: int) -> None:
    """As an operator does: repair and replay what can be repaired, discard the rest, until nothing is open."""

    async def all_dead_lettered() -> bool:
        return len(await _letters(doors)) >= planted

    await until(all_dead_lettered, 60, "the poison lies in the dead letters")
    tried: set[str] = set()

    async def none_open() -> bool:
        letters = await _letters(doors)
        for service, letter in letters:
            if letter["state"] == "open":
                await _settle_one(doors, service, letter["id"], again=letter["id"] in tried)
                tried.add(letter["id"])
        return not letters

    await until(none_open, 60, "every letter is settled")


async def _settle_one(doors: Doors, service: str, id: str, *, again: bool) -> None:
    """What was replayed and came back `again` is given up."""
    path = f"/dead-letters/{id}"
    shown = await doors.done("GET", service, path, "operator")
    mended = None if again else _mended(shown)
    if mended is None:
        await doors.done("POST", service, f"{path}/discard", "operator", json={"note": "cannot be mended"})
        return
    if mended != shown["value_text"]:
        await doors.done("POST", service, f"{path}/repair", "operator", json={"text": mended})
    await doors.done("POST", service, f"{path}/replay", "operator", json={"note": "mended"})


async def _letters(doors: Doors) -> list[tuple[str, dict[str, Any]]]:
    letters = []
    for service in SERVICES:
        for state in ("open", "replaying"):
            page = await doors.done("GET", service, f"/dead-letters?limit=500&state={state}", "operator")
            letters += [(service, letter) for letter in page["items"]]
    return letters


def _mended(letter: dict[str, Any]) -> str | None:
    """The text that can be handled; the same where only a clock had been wrong. None when nothing can be done."""
    try:
        body = orjson.loads(letter["value_text"] or b"")
        message = body["message"]
        at = datetime.fromisoformat(message["time"])
    except (ValueError, KeyError, TypeError):
        return None
    if "colour" not in message and at <= datetime.now(UTC):
        return str(letter["value_text"])
    message.pop("colour", None)
    message["time"] = datetime.now(UTC).isoformat()
    return orjson.dumps(body).decode()


async def publish_again(doors: Doors, servers: str, seed: int) -> int:
    """Every record of every topic once more, at new offsets and in another order. Returns how many."""
    prefix = doors.installation.plan.topic_prefix
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=None)
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=5)
    await consumer.start()
    await producer.start()
    try:
        every = [TopicPartition(prefix + name, n) for name, topic in TOPICS.items() for n in range(topic.partitions)]
        consumer.assign(every)
        ends = await consumer.end_offsets(every)
        for at in every:
            consumer.seek(at, 0)
        records: list[Any] = []
        while behind := [at for at in every if await consumer.position(at) < ends[at]]:
            for batch in (await consumer.getmany(*behind, timeout_ms=500)).values():
                records += batch
        random.Random(seed).shuffle(records)
        sent = [
            await producer.send(record.topic, record.value, key=record.key, headers=list(record.headers))
            for record in records
        ]
        await asyncio.gather(*sent)
        return len(records)
    finally:
        await producer.stop()
        await consumer.stop()
