"""The console as a process of its own, as the stack and the containers start it."""

from __future__ import annotations

import asyncio
import os
import sys
import time

import httpx

from console.server.config import SERVICES, Settings
from deploy.local.ports import keep_or_choose

PATIENCE_S = 40


async def test_it_serves_pages_on_its_port_and_health_on_another_and_ends_on_request(settings: Settings) -> None:
    """Catches a console that no longer fits the kernel's way to serve, and one that cannot be stopped."""
    ports = keep_or_choose({}, ["console", "health"])
    environment = {f"{service.upper()}_URL": "http://127.0.0.1:1" for service in SERVICES} | {
        "PORT": str(ports["console"]), "HEALTH_PORT": str(ports["health"]), "REDIS_URL": settings.redis_url,
        "USERS_FILE": str(settings.users_file), "PAGES": str(settings.pages),
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "console.server", env={**os.environ, **environment}
    )
    try:
        async with httpx.AsyncClient() as http:
            await _until_ready(http, f"http://127.0.0.1:{ports['console']}/health/ready")
            page = await http.get(f"http://127.0.0.1:{ports['console']}/segments")
            assert "script-src 'self'" in page.headers["content-security-policy"]
            metrics = await http.get(f"http://127.0.0.1:{ports['health']}/metrics")
            assert "http_requests" in metrics.text
            public = await http.get(f"http://127.0.0.1:{ports['console']}/metrics")
            assert "http_requests" not in public.text, "metrics are for the operators' port"
    finally:
        process.terminate()
    assert await asyncio.wait_for(process.wait(), 20) == 0


async def _until_ready(http: httpx.AsyncClient, address: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            if (await http.get(address)).status_code == 200:
                return
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, "not ready"
        await asyncio.sleep(0.2)
