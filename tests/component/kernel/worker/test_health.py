"""A worker's deep health on real PostgreSQL and Kafka: a stuck consumer is distinguished from an idle one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from shared.clock import MACHINE
from shared.contracts.topics import Topic
from shared.database.engine import Database
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, make_producer, wire_name
from shared.kafka.lag import GroupWatch
from shared.observability.health import create_worker_app
from shared.worker.health import deep_of_worker
from tests.component.kernel.conftest import Settings

TOPIC = Topic("health-events", ("tests",), ("tests",), partitions=1)


@pytest.fixture
async def watch(settings: Settings) -> GroupWatch:
    await create_topics(settings, [TOPIC])
    return GroupWatch(settings, f"health-{uuid4()}", [TOPIC.name])


async def publish(settings: Settings, count: int) -> None:
    producer = make_producer(settings)
    await producer.start()
    for _ in range(count):
        await producer.send_and_wait(wire_name(settings, TOPIC.name), b"x")
    await producer.stop()


async def commit_all(settings: Settings, group: str) -> None:
    consumer = make_consumer(settings, group)
    consumer.subscribe([wire_name(settings, TOPIC.name)])
    await consumer.start()
    while not await consumer.getmany(timeout_ms=200):
        pass
    await consumer.commit()
    await consumer.stop()


async def test_waiting_records_and_commits_that_stand_still_are_stuck(
    settings: Settings, database: Database, watch: GroupWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a consumer beats as ever: only the broker knows that something waits."""
    await publish(settings, 3)

    async def look() -> dict[str, Any]:
        return await deep_of_worker(database, {"consumer": 0.1}, [watch])

    first = await look()
    group = next(part for part in first["parts"] if part["name"].startswith("group:"))
    assert (group["lag"] >= 3, group["state"], first["status"]) == (True, "working", "ok")
    later = MACHINE.monotonic() + 60
    monkeypatch.setattr(MACHINE, "monotonic", lambda: later)
    second = await look()
    assert second["status"] == "stuck"
    assert second["stuck"] == [f"group:{watch.group}"]
    await commit_all(settings, watch.group)
    idle = await look()
    assert (idle["status"], idle["stuck"]) == ("ok", [])


async def test_facts_that_nobody_publishes_and_dead_letters_are_shown(database: Database) -> None:
    old = UUID(int=(new_id().int & ~(0xFFFFFFFFFFFF << 80)) | (1_700_000_000_000 << 80))
    async with database.transaction() as tx:
        await tx.execute(
            """insert into outbox (day, event_id, topic, key, type, value)
               values ('2017-01-01', :id, 'tests-events', :id, 't', '')""",
            {"id": old},
        )
        await tx.execute(
            """insert into dead_letters (id, consumer, topic, partition, "offset", headers, reason, error, attempts,
                                         created_at) values (:id, 'c', 't', 0, 0, '[]', 'r', 'e', 1, :now)""",
            {"id": new_id(), "now": tx.now},
        )
    answer = await deep_of_worker(database, {}, [])
    assert (answer["status"], answer["stuck"]) == ("stuck", ["outbox"])
    assert (answer["outbox_waiting"], answer["dead_letters_open"], answer["outbox_oldest"]) == (1, 1, str(old))
    assert answer["outbox_oldest_s"] > 1_000_000


async def test_the_workers_small_app_answers_and_says_503_when_stuck(settings: Settings, database: Database) -> None:
    beats = {"relay": 0.2}

    async def deep() -> dict[str, Any]:
        return await deep_of_worker(database, beats, [])

    app = create_worker_app(SimpleNamespace(settings=settings, database=database), deep)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://worker") as client:
        for path in ("live", "ready", "deep"):
            assert (await client.get(f"/health/{path}")).status_code == 200, path
        assert "crm_" in (await client.get("/metrics")).text
        beats["relay"] = 60.0
        silent = await client.get("/health/deep")
        assert (silent.status_code, silent.json()["stuck"]) == (503, ["relay"])
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_worker_that_waits_for_another_service_says_so(database: Database) -> None:
    """Catches a function that rests in silence: analytics reports no lapse while a relay is away."""
    waits: dict[str, float] = {}
    assert (await deep_of_worker(database, {}, [], waits))["status"] == "ok"
    waits["interactions"] = 12.0
    answer = await deep_of_worker(database, {}, [], waits)
    assert (answer["status"], answer["stuck"], answer["waits_for"]) == ("degraded", [], {"interactions": 12.0})


async def test_what_cannot_be_asked_is_named(settings: Settings, watch: GroupWatch) -> None:
    clock: Any = SimpleNamespace(now=lambda: None, factor=1.0)
    away = Database("postgresql://nobody:none@127.0.0.1:1/none", source="tests", clock=clock)
    nowhere = GroupWatch(settings.model_copy(update={"kafka_bootstrap": "127.0.0.1:1"}), "g", [TOPIC.name])
    answer = await deep_of_worker(away, {}, [nowhere])
    assert answer["status"] == "degraded"
    assert len(answer["unanswered"]) == 2
