"""Privacy on a real PostgreSQL: its database, its app, and a business clock that tests move."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from deploy.local import Dsns
from services.privacy.app import create
from services.privacy.config import Settings
from services.privacy.notices.domain import Purpose
from services.privacy.notices.repository import store_purpose
from services.registry import run_migrations
from shared.database.engine import Database
from shared.security.api_keys import hash_key
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

KEY = "an-installation-key-for-tests-only-0123456789"
# What the firm of these tests writes about, beside what is built in.
DEFINED = ("news", "offers", "wine", "news.wine_club", "taste", "fit")
_WRITER = ["privacy:read", "privacy:write"]
_SCOPES = [*_WRITER, "privacy:permits", "privacy:signup", "privacy:erase", "privacy:admin", "operations",
           "privacy:requests", "privacy:inbound", "subjects:read"]  # fmt: skip


@pytest.fixture
def clock() -> FixedClock:
    """Business time of a test."""
    return FixedClock()


@pytest.fixture(scope="session")
async def database_url(create_database: CreateDatabase) -> str:
    """A migrated database of the session's own."""
    url = await create_database("privacy")
    await asyncio.to_thread(run_migrations, "privacy", url)
    database = Database(url, source="privacy", clock=FixedClock())
    async with database.transaction() as tx:
        for name in DEFINED:
            await store_purpose(tx, Purpose(name, changed_by="tests"))
    await database.close()
    return url


@pytest.fixture
async def database(database_url: str, clock: FixedClock) -> AsyncIterator[Database]:
    """Transactions as privacy opens them."""
    database = Database(database_url, source="privacy", clock=clock, pool_size=20)
    async with database.transaction() as tx:
        # A test that restores a backup brings a database back that knows none.
        if not await tx.value("select 1 from purposes where name = :name", {"name": DEFINED[0]}):
            for name in DEFINED:
                await store_purpose(tx, Purpose(name, changed_by="tests"))
    yield database
    await database.close()


@pytest.fixture
def settings(dsns: Dsns, database_url: str, tmp_path: Path) -> Settings:
    """Settings with a key that may do everything here, and one that may only record."""
    keys = tmp_path / "keys.json"
    entries = [("officer", "officer-key", _SCOPES), ("writer", "writer-key", _WRITER)]
    keys.write_text(json.dumps([{"id": id, "sha256": hash_key(key), "scopes": of} for id, key, of in entries]))
    return Settings(
        database_url=database_url,
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        api_keys_file=keys,
        installation_key=KEY,
        # Tests fill in forms faster than people do.
        signups_per_minute=100_000,
    )


@pytest.fixture
async def client(settings: Settings, clock: FixedClock) -> AsyncIterator[httpx.AsyncClient]:
    """The app behind its real doors, called with the officer's key."""
    app = create(settings)
    async with app.router.lifespan_context(app):
        app.state.context.database.clock = clock
        # Routes without a key have a pool of their own.
        app.state.context.strangers.database.clock = clock
        transport = httpx.ASGITransport(app=app)
        headers = {"Authorization": "Bearer officer-key"}
        async with httpx.AsyncClient(transport=transport, base_url="http://privacy", headers=headers) as client:
            yield client


def a_worker(database: Database, **settings: Any) -> WorkerContext:
    """What a job is given; nothing of it runs."""
    chosen = SimpleNamespace(**{"ask_again_after_h": 24.0, "keep_permits_days": 400, **settings})
    return WorkerContext(chosen, database, database.clock, Watchdog([]))
