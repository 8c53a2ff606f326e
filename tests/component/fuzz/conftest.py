"""The five apps on real PostgreSQL, Redis and Kafka, in this process, with one key that may do everything."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from deploy.local import Dsns
from services.campaigns.campaigns.routes.tools import SendingTools
from services.campaigns.config import Settings as CampaignsSettings
from services.campaigns.delivery.channels.email import SmtpChannel
from services.campaigns.delivery.clients import ServiceClients
from services.registry import SERVICES, make_app, run_migrations, unconnected_settings
from shared.config import ServiceSettings
from shared.kafka.clients import create_topics
from shared.security.api_keys import SCOPES, hash_key
from shared.web.service_client import service_client
from tests.component.campaigns.post_office import PostOffice
from tests.component.fuzz.ground import Ground
from tests.infrastructure import CreateDatabase

_KEY = "everything-key"


@pytest.fixture(scope="session")
async def grounds(
    dsns: Dsns, create_database: CreateDatabase, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, Ground]]:
    """By service: its app, started, and something of each kind in its database."""
    keys: Path = tmp_path_factory.mktemp("fuzz") / "keys.json"
    entries = [{"id": "everything", "sha256": hash_key(_KEY), "scopes": sorted(SCOPES)}]
    await asyncio.to_thread(keys.write_text, json.dumps(entries))
    apps: dict[str, FastAPI] = {}
    settings: dict[str, ServiceSettings] = {}
    async with contextlib.AsyncExitStack() as stack:
        office = PostOffice()
        await stack.enter_async_context(office.open())
        for service in SERVICES:
            url = await create_database(f"fuzz_{service}")
            await asyncio.to_thread(run_migrations, service, url)
            settings[service] = unconnected_settings(
                service,
                database_url=url,
                kafka_bootstrap=dsns.kafka,
                redis_url=dsns.redis,
                topic_prefix=f"{topic_prefix}fuzz-",
                api_keys_file=keys,
                service_key=_KEY,
                requests_per_second=100_000.0,
                smtp_port=office.port,
                import_folder=keys.parent / "imports",
            )
            if service == "interactions":
                await create_topics(settings[service])
            apps[service] = make_app(service, settings[service])
            await stack.enter_async_context(apps[service].router.lifespan_context(apps[service]))
        await _join(stack, apps, settings["campaigns"])
        made = {}
        for service, app in apps.items():
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            client = httpx.AsyncClient(
                transport=transport, base_url="http://door", headers={"Authorization": f"Bearer {_KEY}"}
            )
            made[service] = Ground(service, app, await stack.enter_async_context(client))
        await made["customers"].settle({})
        for service in SERVICES[1:]:
            await made[service].settle({**made["customers"].ids, **made.get("analytics", made["customers"]).ids})
        yield made


async def _join(stack: contextlib.AsyncExitStack, apps: dict[str, FastAPI], settings: ServiceSettings) -> None:
    """Campaigns asks the other two apps of this process."""
    assert isinstance(settings, CampaignsSettings)

    def asking(name: str) -> httpx.AsyncClient:
        return service_client(settings, name, "http://door", inner=httpx.ASGITransport(app=apps[name]))

    services = ServiceClients(asking("customers"), asking("privacy"))
    stack.push_async_callback(services.close)
    channel = SmtpChannel(settings)
    stack.push_async_callback(channel.close)
    context = apps["campaigns"].state.context
    tools = SendingTools.made_of(settings, services, channel, context.clock)
    stack.push_async_callback(tools.writers.close)
    tools.keep_in(context)
