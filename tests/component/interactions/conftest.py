"""The service on real PostgreSQL, Redis and Kafka: its app in this process, its subscriptions driven by `Road`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI

from deploy.local import Dsns
from services.interactions import app as app_module
from services.interactions.config import Settings
from services.interactions.worker import create as create_worker
from services.registry import run_migrations
from shared.clock import Clock, SystemClock
from shared.contracts.envelope import Envelope, Fact, Origin, read_envelope
from shared.contracts.registry import FACTS
from shared.contracts.topics import PARTITIONS
from shared.database.engine import Database
from shared.events.consumer_loop import to_record
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from shared.kafka.clients import create_topics, make_consumer, make_producer
from tests.infrastructure import CreateDatabase

WRITER, READER, OPERATOR = "writer-key", "reader-key", "operator-key"
_KEYS = {WRITER: ["interactions:write"], READER: ["interactions:read"], OPERATOR: ["operations"]}


@pytest.fixture(scope="session")
async def settings(
    dsns: Dsns, create_database: CreateDatabase, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A migrated database, topics and keys of this session's own."""
    keys: Path = tmp_path_factory.mktemp("keys") / "keys.json"
    entries = [
        {"id": key.removesuffix("-key"), "sha256": sha256(key.encode()).hexdigest(), "scopes": scopes}
        for key, scopes in _KEYS.items()
    ]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    made = Settings(
        database_url=await create_database("interactions"),
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=topic_prefix,
        api_keys_file=keys,
    )
    await asyncio.to_thread(run_migrations, "interactions", made.database_url)
    await create_topics(made)
    return made


@pytest.fixture(scope="session")
async def database(settings: Settings) -> AsyncIterator[Database]:
    """The service's database."""
    opened = Database(settings.database_url, source="interactions", clock=SystemClock())
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The started app."""
    made = app_module.create(settings)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture(scope="session")
async def api(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the app with a publisher's key; pass `headers=as_(…)` for another."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://app", headers=as_(WRITER)) as client:
        yield client


def as_(key: str) -> dict[str, str]:
    """The header that shows a key."""
    return {"Authorization": f"Bearer {key}"}


@dataclass
class Road:
    """Drives the worker's subscriptions by hand, so that a test knows when everything has been handled."""

    settings: Settings
    database: Database
    clock: Clock
    consumer: AIOKafkaConsumer
    producer: Any
    _offset: int = 10_000
    all: list[Subscription] = field(init=False)
    inbound: Subscription = field(init=False)

    def __post_init__(self) -> None:
        self.all = create_worker(self.settings).subscriptions
        self.inbound = next(one for one in self.all if one.consumer == "interactions-inbound")

    async def send(self, value: bytes | None, key: bytes | None = None) -> None:
        """Publish bytes straight to interactions-inbound, as a publisher with a Kafka client would."""
        await self.producer.send_and_wait(f"{self.settings.topic_prefix}interactions-inbound", value, key=key)

    async def send_message(self, body: Any, publisher: str = "till") -> None:
        """Publish a message in its wrapping."""
        await self.send(orjson.dumps({"publisher": publisher, "message": body}))

    async def drain(self) -> int:
        """Handle whatever lies on interactions-inbound; returns how many records that were."""
        processor, handled = BatchProcessor(self.database, self.inbound), 0
        ends = await self.consumer.end_offsets(self.consumer.assignment())
        while True:
            left = [one for one, end in ends.items() if await self.consumer.position(one) < end]
            if not left:
                return handled
            batches = await self.consumer.getmany(*left, timeout_ms=200)
            records = [to_record(self.settings, raw) for some in batches.values() for raw in some]
            if records:
                await processor.process(records)
                handled += len(records)

    async def hear(self, *envelopes: Envelope[Any]) -> None:
        """Deliver events of other services, in order."""
        for one in envelopes:
            subscription = next(s for s in self.all if one.type in s.known)
            self._offset += 1
            record = Record(
                one.data.TOPIC,
                0,
                self._offset,
                str(one.subject).encode(),
                one.to_bytes(),
                [("type", one.type.encode())],
            )
            await BatchProcessor(self.database, subscription).process([record])

    async def said(self, subject: UUID | None = None, kind: type[Fact] | None = None) -> list[Envelope[Any]]:
        """What this service has said (about `subject`), in order."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                "select value from outbox where (cast(:key as uuid) is null or key = :key) order by id",
                {"key": subject},
            )
        envelopes = [read_envelope(bytes(row["value"]), FACTS) for row in rows]
        return [one for one in envelopes if one is not None and (kind is None or isinstance(one.data, kind))]

    async def value(self, sql: str, **params: Any) -> Any:
        """One value of the database."""
        async with self.database.transaction() as tx:
            return await tx.value(sql, params)


@pytest.fixture(scope="session")
async def road(settings: Settings, database: Database) -> AsyncIterator[Road]:
    """The way from the topic into the database."""
    wire = f"{settings.topic_prefix}interactions-inbound"
    consumer = make_consumer(settings, "test")
    await consumer.start()
    consumer.assign([TopicPartition(wire, number) for number in range(PARTITIONS)])
    producer = make_producer(settings)
    await producer.start()
    yield Road(settings, database, SystemClock(), consumer, producer)
    await producer.stop()
    await consumer.stop()


def heard(data: Fact, subject: UUID, **changes: Any) -> Envelope[Any]:
    """An event of another service, said just now."""
    now = SystemClock().now()
    values: dict[str, Any] = {
        "id": new_id(),
        "type": data.TYPE,
        "source": data.TYPE.partition(".")[0],
        "subject": subject,
        "time": now,
        "recorded_at": now,
        "version": 1,
        "origin": Origin.LIVE,
        "cause": None,
        "traceparent": None,
        "data": data,
    }
    return Envelope(**{**values, **changes})
