"""customers on real PostgreSQL: its app in this process, its subscriptions driven record by record."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from deploy.local import Dsns
from services.customers import app as app_module
from services.customers.capabilities import CAPABILITIES, CONSUMERS
from services.customers.config import Settings
from services.registry import run_migrations
from shared.capabilities import subscriptions_of
from shared.contracts.customers import ProfileChanged
from shared.contracts.envelope import Envelope, Fact, Origin, read_envelope
from shared.contracts.registry import FACTS
from shared.database.engine import Database
from shared.events.processor import BatchProcessor
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

SCOPES = {
    "reader": ["customers:read"],
    "writer": ["customers:read", "customers:write", "customers:merge"],
    "sender": ["customers:cards"],
    "importer": ["customers:import"],
    "exporter": ["customers:export"],
    "operator": ["operations"],
    "anyone": [f"customers:{what}" for what in ("read", "write", "cards", "merge", "import", "export")],
}


def as_(who: str) -> dict[str, str]:
    """The header that shows that caller's key."""
    return {"Authorization": f"Bearer {who}-key"}


@pytest.fixture(scope="session")
async def settings(
    dsns: Dsns, create_database: CreateDatabase, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Settings:
    """A migrated database and keys of this session's own."""
    keys: Path = tmp_path_factory.mktemp("customers") / "keys.json"
    entries = [
        {"id": who, "sha256": sha256(f"{who}-key".encode()).hexdigest(), "scopes": scopes}
        for who, scopes in SCOPES.items()
    ]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    made = Settings(
        database_url=await create_database("customers"),
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=topic_prefix,
        api_keys_file=keys,
        phone_region="GB",
        default_time_zone="Europe/London",
        import_folder=keys.parent / "imports",
        privacy_url="http://privacy",
        analytics_url="http://analytics",
        import_pause_lag=0,
        service_key=SecretStr("key-of-customers"),
    )
    await asyncio.to_thread(run_migrations, "customers", made.database_url)
    return made


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    """Business time of app and worker alike."""
    return FixedClock(datetime(2024, 6, 1, 12, tzinfo=UTC))


@pytest.fixture(scope="session")
async def database(settings: Settings, clock: FixedClock) -> AsyncIterator[Database]:
    """The service's database."""
    opened = Database(settings.database_url, source="customers", clock=clock)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
async def api(settings: Settings, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the started app as the writer; pass `headers=as_(…)` for somebody else."""
    made = app_module.create(settings)
    async with made.router.lifespan_context(made):
        made.state.context.database.clock = clock
        transport = httpx.ASGITransport(app=made, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://app", headers=as_("writer")) as client:
            yield client


@dataclass
class World:
    """The events around the service, and those that it emits."""

    settings: Settings
    database: Database
    clock: FixedClock
    _offset: int = 0

    async def deliver(self, *events: Envelope[Any], again: bool = False) -> None:
        """Deliver events (of one topic) as one batch; `again` delivers the same at new offsets. All must be handled."""
        subscription = self.subscription_of(events[0])
        for _ in range(2 if again else 1):
            await BatchProcessor(self.database, subscription).process([self.record(event) for event in events])
        assert (
            await self.value(
                "select error from dead_letters where consumer = :c order by id desc limit 1", c=subscription.consumer
            )
            is None
        )

    def subscription_of(self, event: Envelope[Any]) -> Subscription:
        """The subscription that handles events of that type."""
        subscriptions = subscriptions_of(self.settings, CAPABILITIES, CONSUMERS)
        return next(subscription for subscription in subscriptions if event.type in subscription.known)

    def record(self, event: Envelope[Any]) -> Record:
        """The event as it lies on its topic."""
        self._offset += 1
        headers = [("type", event.type.encode())]
        return Record(event.data.TOPIC, 0, self._offset, str(event.subject).encode(), event.to_bytes(), headers)

    def event(
        self, fact: Fact, subject: UUID, *, at: datetime | None = None, origin: Origin = Origin.LIVE
    ) -> Envelope[Any]:
        """An event of another service."""
        now = self.clock.now()
        source = fact.TYPE.split(".")[0]
        return Envelope(new_id(), fact.TYPE, source, subject, at or now, now, 1, origin, None, None, fact)

    async def run_jobs(self) -> None:
        """Let the worker's jobs run until they have nothing left to do."""
        context: Any = SimpleNamespace(settings=self.settings, database=self.database)
        for job in (job for capability in CAPABILITIES for job in capability.jobs):
            await job.run(context)

    async def emitted(self, subject: UUID | str, kind: type[Fact] | None = None) -> list[Envelope[Any]]:
        """The events that customers emitted about `subject`, in order."""
        async with self.database.transaction() as tx:
            rows = await tx.rows("select value from outbox where key = :key order by id", {"key": UUID(str(subject))})
        found = [read_envelope(bytes(row["value"]), FACTS) for row in rows]
        return [event for event in found if event is not None and (kind is None or isinstance(event.data, kind))]

    async def profiles(self, subject: UUID | str) -> list[ProfileChanged]:
        """The profiles of `subject` that customers emitted."""
        return [event.data for event in await self.emitted(subject, ProfileChanged)]

    async def value(self, sql: str, **params: Any) -> Any:
        """One value of the database."""
        async with self.database.transaction() as tx:
            return await tx.value(sql, params)


@pytest.fixture(scope="session")
async def shared_world(settings: Settings, database: Database, clock: FixedClock) -> World:
    """One for the session: offsets must not come twice."""
    return World(settings, database, clock)


@pytest.fixture
async def world(shared_world: World) -> World:
    """An hour later than in the test before."""
    shared_world.clock.advance(hours=1)
    return shared_world
