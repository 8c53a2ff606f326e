"""The service on real PostgreSQL, Redis and Kafka: its app in this process, its subscriptions driven by hand."""

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
from shared.clock import SystemClock
from shared.contracts.envelope import Envelope, Fact, read_envelope
from shared.contracts.interactions import Identifier
from shared.contracts.registry import FACTS
from shared.contracts.topics import PARTITIONS
from shared.customers.identifiers import customer_id_of
from shared.database.engine import Database
from shared.events.consumer_loop import to_record
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.kafka.clients import create_topics, make_consumer, make_producer
from tests.infrastructure import CreateDatabase

WRITER, READER, OPERATOR = "writer-key", "reader-key", "operator-key"
BROWSER, REPORTER = "browser-key", "reporter-key"
IMPORTER, DEFINER, MERCHANT = "importer-key", "definer-key", "merchant-key"
AGENT = "agent-key"
_KEYS = {
    WRITER: ["interactions:write"],
    READER: ["interactions:read"],
    OPERATOR: ["operations"],
    BROWSER: ["interactions:write"],
    REPORTER: ["interactions:write", "responses:write"],
    MERCHANT: ["catalogue:read", "catalogue:write"],
    DEFINER: ["interactions:define"],
    AGENT: ["cases:read", "cases:write", "interactions:read"],
    IMPORTER: ["interactions:import", "interactions:read"],
}
# Believed by its name; every other publisher on the topic is hearsay.
TRUSTED_TILL = "till"
OWN_TOPIC = "warehouse"


@pytest.fixture(scope="session")
async def settings(
    dsns: Dsns, create_database: CreateDatabase, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A migrated database, topics and keys of this session's own."""
    keys: Path = tmp_path_factory.mktemp("keys") / "keys.json"
    entries = [
        {"id": key.removesuffix("-key"), "sha256": sha256(key.encode()).hexdigest(), "scopes": scopes}
        | ({"trust": "browser"} if key == BROWSER else {})
        for key, scopes in _KEYS.items()
    ]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    made = Settings(
        database_url=await create_database("interactions"),
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=topic_prefix,
        api_keys_file=keys,
        trusted_publishers=[TRUSTED_TILL],
        publisher_topics=[OWN_TOPIC],
        import_folder=keys.parent / "imports",
        default_time_zone="Europe/Berlin",
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
class DrivenWorker:
    """Drives the worker's subscriptions by hand, so that a test knows when everything has been handled."""

    settings: Settings
    database: Database
    consumer: AIOKafkaConsumer
    producer: Any
    _offset: int = 10_000
    all: list[Subscription] = field(init=False)
    inbound: Subscription = field(init=False)

    def __post_init__(self) -> None:
        self.all = create_worker(self.settings).subscriptions
        self.inbound = next(known for known in self.all if known.consumer == "interactions-inbound")

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
            left = [place for place, end in ends.items() if await self.consumer.position(place) < end]
            if not left:
                return handled
            batches = await self.consumer.getmany(*left, timeout_ms=200)
            records = [to_record(self.settings, raw) for batch in batches.values() for raw in batch]
            if records:
                await processor.process(records)
                handled += len(records)

    async def waiting(self) -> list[Record]:
        """Take what lies on interactions-inbound without handling it, in the order of its arrival."""
        ends = await self.consumer.end_offsets(self.consumer.assignment())
        records: list[Record] = []
        while left := [place for place, end in ends.items() if await self.consumer.position(place) < end]:
            batches = await self.consumer.getmany(*left, timeout_ms=200)
            records += [to_record(self.settings, raw) for batch in batches.values() for raw in batch]
        return sorted(records, key=lambda record: record.timestamp_ms or 0)

    async def at_once(self, *batches: list[Record]) -> None:
        """Handle batches side by side, as several workers would."""
        await asyncio.gather(*(BatchProcessor(self.database, self.inbound).process(batch) for batch in batches))

    async def deliver(self, *events: Envelope[Any], together: bool = False) -> None:
        """Deliver events of other services, in order: each in a batch of its own, or all in one (of one consumer)."""
        for batch in [events] if together else [(event,) for event in events]:
            subscription = next(known for known in self.all if batch[0].type in known.known)
            await BatchProcessor(self.database, subscription).process([self._record(event) for event in batch])

    def _record(self, event: Envelope[Any]) -> Record:
        self._offset += 1
        key, headers = str(event.subject).encode(), [("type", event.type.encode())]
        return Record(event.data.TOPIC, 0, self._offset, key, event.to_bytes(), headers)

    async def emitted(self, subject: UUID | None = None, kind: type[Fact] | None = None) -> list[Envelope[Any]]:
        """What this service has emitted (about `subject`), in order."""
        async with self.database.transaction() as tx:
            rows = await tx.rows(
                "select value from outbox where (cast(:key as uuid) is null or key = :key) order by id",
                {"key": subject},
            )
        events = [read_envelope(bytes(row["value"]), FACTS) for row in rows]
        return [event for event in events if event is not None and (kind is None or isinstance(event.data, kind))]

    def customer_of(self, email: str) -> UUID:
        """The customer that an e-mail address means, as long as it was not retired."""
        key = self.settings.installation_key.get_secret_value()
        return customer_id_of(key, Identifier(kind="email", value=email))

    async def count(self, customer: UUID) -> int:
        """How many interactions are recorded under this id."""
        return int(await self.value("select count(*) from interactions where customer_id = :id", id=customer))

    async def value(self, sql: str, **params: Any) -> Any:
        """One value of the database."""
        async with self.database.transaction() as tx:
            return await tx.value(sql, params)


@pytest.fixture(scope="session")
async def worker(settings: Settings, database: Database) -> AsyncIterator[DrivenWorker]:
    """The worker's subscriptions, and a producer on their topic."""
    topic = f"{settings.topic_prefix}interactions-inbound"
    consumer = make_consumer(settings, "test")
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    producer = make_producer(settings)
    await producer.start()
    yield DrivenWorker(settings, database, consumer, producer)
    await producer.stop()
    await consumer.stop()
