"""Campaigns on real PostgreSQL and Redis, a real SMTP server, and the real apps of customers and privacy."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from deploy.local import Dsns
from services.campaigns import app as campaigns_app
from services.campaigns.campaigns.routes.tools import SendingTools
from services.campaigns.config import Settings
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.clients import ServiceClients
from services.customers import app as customers_app
from services.customers.config import Settings as CustomersSettings
from services.privacy import app as privacy_app
from services.privacy.config import Settings as PrivacySettings
from services.registry import run_migrations
from shared.contracts.privacy import ConsentChanged
from shared.database.engine import Database
from shared.web.service_client import service_client
from tests.component.campaigns.post_office import PostOffice
from tests.component.campaigns.world import World
from tests.fakes import FixedClock
from tests.infrastructure import CreateDatabase

CALLERS = {
    "service-privacy": ["subjects:read"],
    "marketing": ["campaigns:read", "campaigns:write", "campaigns:send", "customers:read"],
    "sender-only": ["campaigns:read", "campaigns:write", "campaigns:send"],
    "reader": ["campaigns:read"],
    "postmaster": ["campaigns:read", "campaigns:send", "campaigns:settings"],
    "service-desk": ["campaigns:read", "campaigns:write", "campaigns:send", "campaigns:service"],
    "data-subjects": ["subjects:read"],
    "campaigns": ["customers:cards", "privacy:permits"],
    "everything": ["customers:read", "customers:write", "customers:merge", "privacy:read", "privacy:write"],
    "officer": ["privacy:admin", "privacy:signup"],
}


def as_(who: str) -> dict[str, str]:
    """The header that shows that caller's key."""
    return {"Authorization": f"Bearer {who}-key"}


@pytest.fixture(scope="session")
async def common(dsns: Dsns, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings that all three services share."""
    keys: Path = tmp_path_factory.mktemp("campaigns") / "keys.json"
    entries = [
        {"id": who, "sha256": sha256(f"{who}-key".encode()).hexdigest(), "scopes": scopes}
        for who, scopes in CALLERS.items()
    ]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    return {
        "kafka_bootstrap": dsns.kafka,
        "redis_url": dsns.redis,
        "topic_prefix": topic_prefix,
        "api_keys_file": keys,
        "service_key": "campaigns-key",
    }


@pytest.fixture(scope="session")
async def post_office() -> AsyncIterator[PostOffice]:
    """A mail server that keeps what it gets and misbehaves when told."""
    office = PostOffice()
    async with office.open():
        yield office


@pytest.fixture(scope="session")
async def settings(common: dict[str, Any], create_database: CreateDatabase, post_office: PostOffice) -> Settings:
    """A migrated database of this session's own."""
    url = await create_database("campaigns")
    await asyncio.to_thread(run_migrations, "campaigns", url)
    return Settings(**common, database_url=url, smtp_port=post_office.port, smtp_timeout_s=2.0, smtp_connections=4)


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    """Business time of all three services."""
    return FixedClock()


@pytest.fixture(scope="session")
async def database(settings: Settings, clock: FixedClock) -> AsyncIterator[Database]:
    """The service's database."""
    opened = Database(settings.database_url, source="campaigns", clock=clock, pool_size=20)
    yield opened
    await opened.close()


@contextlib.asynccontextmanager
async def _running(app: FastAPI, clock: FixedClock) -> AsyncIterator[FastAPI]:
    async with app.router.lifespan_context(app):
        app.state.context.database.clock = clock
        app.state.context.clock = clock
        app.state.context.strangers.database.clock = clock
        yield app


def _client(app: FastAPI, who: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://app", headers=as_(who))


@pytest.fixture(scope="session")
async def shared_world(
    settings: Settings,
    common: dict[str, Any],
    create_database: CreateDatabase,
    clock: FixedClock,
    database: Database,
    post_office: PostOffice,
) -> AsyncIterator[World]:
    """All three services; one for the session."""
    urls = {}
    for service in ("customers", "privacy"):
        urls[service] = await create_database(f"campaigns_{service}")
        await asyncio.to_thread(run_migrations, service, urls[service])
    async with contextlib.AsyncExitStack() as stack:
        enter = stack.enter_async_context
        customers = await enter(
            _running(customers_app.create(CustomersSettings(**common, database_url=urls["customers"])), clock)
        )
        privacy = await enter(
            _running(privacy_app.create(PrivacySettings(**common, database_url=urls["privacy"])), clock)
        )
        campaigns = await enter(_running(campaigns_app.create(settings), clock))
        services = ServiceClients(
            service_client(settings, "customers", "http://app", inner=httpx.ASGITransport(app=customers)),
            service_client(settings, "privacy", "http://app", inner=httpx.ASGITransport(app=privacy)),
            settings.privacy_public_url,
        )
        stack.push_async_callback(services.close)
        channel = SmtpChannel(settings)
        stack.push_async_callback(channel.close)
        tools = SendingTools.made_of(settings, services, channel, clock)
        stack.push_async_callback(tools.writers.close)
        tools.keep_in(campaigns.state.context)
        world = World(
            settings=settings,
            database=database,
            clock=clock,
            services=services,
            channel=channel,
            writers=tools.writers,
            post_office=post_office,
            app=campaigns,
            api=await enter(_client(campaigns, "marketing")),
            customers=await enter(_client(customers, "everything")),
            privacy=await enter(_client(privacy, "everything")),
        )
        for purpose in ("offers", "news", "taste"):
            defined = await world.privacy.put(f"/purposes/{purpose}", json={}, headers=as_("officer"))
            assert defined.status_code == 200, defined.text
        # Somebody permits offers, as far as campaigns has heard.
        grant = ConsentChanged(consent_id=uuid4(), purpose="offers", channel="email", state="granted")
        await world.handle(world.event(grant, uuid4()))
        yield world


@pytest.fixture
async def world(shared_world: World) -> AsyncIterator[World]:
    """A week later than in the test before, an empty mail box, no policy, no campaign that still runs."""
    shared_world.clock.advance(days=7)
    shared_world.post_office.forget()
    await shared_world.execute("update policies set policy = '{}', halted = false")
    await shared_world.execute("delete from sender_pauses")
    await shared_world.execute(
        """update sending_settings set sender_address = null, smtp_host = null, allow_patterns = null,
                  allow_holds = false, checked_at = null"""
    )
    yield shared_world
    await shared_world.close_senders()
    await shared_world.execute("update campaigns set state = 'stopped' where state in ('running', 'paused')")
    await shared_world.execute("update terms set state = 'over'")
    await shared_world.execute(
        """update messages set state = 'refused', reason = 'end-of-test', holder = null
           where state in ('waiting', 'claimed')"""
    )
