"""Analytics on a real PostgreSQL: its database, and a business clock that moves when told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.local import Dsns
from services.analytics.app import create
from services.analytics.config import Settings
from services.registry import run_migrations
from shared.database.engine import Database
from shared.security.api_keys import hash_key
from tests.component.analytics.world import World
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

_SCOPES = ["analytics:read", "analytics:write", "operations"]
_KEPT = ("programs", "alembic_version")


@pytest.fixture
def clock() -> FixedClock:
    """Business time of a test."""
    return FixedClock()


@pytest.fixture(scope="session")
async def analytics_url(create_database: CreateDatabase) -> str:
    """A migrated database of the session's own."""
    url = await create_database("analytics")
    await asyncio.to_thread(run_migrations, "analytics", url)
    return url


@pytest.fixture
def settings(dsns: Dsns, analytics_url: str, topic_prefix: str, tmp_path: Path) -> Settings:
    """Settings with one key that may do everything here."""
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps([{"id": "analyst", "sha256": hash_key("analyst-key"), "scopes": _SCOPES}]))
    return Settings(
        database_url=analytics_url,
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=topic_prefix,
        api_keys_file=keys,
        worker_port=0,
    )


@pytest.fixture
async def database(analytics_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    """Transactions as analytics opens them, on empty tables."""
    database = Database(analytics_url, source="analytics", clock=clock, pool_size=10)
    async with database.transaction() as tx:
        rows = await tx.rows(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace"
        )
        names = ", ".join(row["relname"] for row in rows if row["relname"] not in _KEPT)
        await tx.execute(f"truncate {names}")
        await tx.execute("update programs set revision = revision + 1, next_leaf = 0")
    yield database
    await database.close()


@pytest.fixture
def world(settings: Settings, database: Database, clock: FixedClock) -> World:
    """Analytics, driven by hand."""
    return World(settings, database, clock)


@pytest.fixture
async def client(settings: Settings, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind its real doors."""
    app = create(settings)
    async with app.router.lifespan_context(app):
        app.state.context.database.clock = world.clock
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": "Bearer analyst-key"}
        async with httpx.AsyncClient(transport=transport, base_url="http://analytics", headers=headers) as client:
            yield client
