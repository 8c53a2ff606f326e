"""The hostile app as a process of its own, on real PostgreSQL, Redis and Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.ports import keep_or_choose
from shared.security.api_keys import hash_key
from tests.component.kernel.conftest import kernel_url

__all__ = ["kernel_url"]

# Short enough for a test; the defaults are told in shared.config.
PATIENCE = {"HEAD_TIMEOUT_S": "1.5", "BODY_TIMEOUT_S": "1.5"}
_KEYS = [
    {"id": "sender", "sha256": hash_key("key"), "scopes": ["customers:write", "customers:read"]},
    {"id": "page", "sha256": hash_key("page-key"), "scopes": ["interactions:write"], "trust": "browser"},
]


@dataclass(frozen=True)
class Site:
    """Where the app listens, for everybody and for its operators."""

    process: asyncio.subprocess.Process
    port: int
    health_port: int

    async def permit(self, number: int = 7) -> httpx.Response:
        """The request that must always be answered."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=5) as client:
            return await client.post("/permits", json={"number": number}, headers={"Authorization": "Bearer key"})

    async def health(self, path: str = "/health/ready") -> httpx.Response:
        """What operators ask."""
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.health_port}", timeout=3) as client:
            return await client.get(path)


Serve = Callable[..., Awaitable[Site]]


@pytest.fixture
async def serve(kernel_url: str, dsns: Any, tmp_path: Path) -> AsyncIterator[Serve]:
    """`await serve(PUBLIC_REQUESTS_PER_SECOND="5")` starts the app with these settings; all end with the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(**settings: str) -> Site:
            return await stack.enter_async_context(_served(kernel_url, dsns, tmp_path, settings))

        yield start


@pytest.fixture(scope="session")
async def site(kernel_url: str, dsns: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """The app with ordinary settings and short times, the same one for all tests: none of them may spoil it."""
    async with _served(kernel_url, dsns, tmp_path_factory.mktemp("site"), {}) as started:
        yield started


@contextlib.asynccontextmanager
async def _served(kernel_url: str, dsns: Any, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Site]:
    keys = folder / "keys.json"
    keys.write_text(json.dumps(_KEYS))
    ports = keep_or_choose({}, ["app", "health"])
    environment = {
        **os.environ,
        "DATABASE_URL": kernel_url,
        "KAFKA_BOOTSTRAP": dsns.kafka,
        "REDIS_URL": dsns.redis,
        "API_KEYS_FILE": str(keys),
        "PORT": str(ports["app"]),
        "HEALTH_PORT": str(ports["health"]),
        **PATIENCE,
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hostile.doors", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        site = Site(process, ports["app"], ports["health"])
        await _until_ready(site)
        yield site
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _until_ready(site: Site) -> None:
    async with asyncio.timeout(60):
        while site.process.returncode is None:
            with contextlib.suppress(httpx.TransportError):
                if (await site.health()).is_success:
                    return
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the app ended with {site.process.returncode}")
