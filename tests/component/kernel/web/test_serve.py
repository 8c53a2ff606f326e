"""An app as a process: it beats, answers what is in flight at SIGTERM, and exits cleanly."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from shared.security.api_keys import hash_key


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def served(kernel_url: str, dsns: Any, folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    port = free_port()
    keys = folder / "keys.json"
    keys.write_text(
        json.dumps([{"id": "t", "sha256": hash_key("key"), "scopes": ["customers:read", "customers:write"]}])
    )
    environment = {
        **os.environ,
        "DATABASE_URL": kernel_url,
        "KAFKA_BOOTSTRAP": dsns.kafka,
        "REDIS_URL": dsns.redis,
        "API_KEYS_FILE": str(keys),
        "PORT": str(port),
        "HEARTBEAT_FILE": str(folder / "heartbeat"),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.component.kernel.doors", env=environment, stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_live(client: httpx.AsyncClient) -> None:
    while True:
        try:
            if (await client.get("/health/live")).is_success:
                return
        except httpx.TransportError:
            await asyncio.sleep(0.05)


async def test_a_stop_answers_what_is_in_flight_and_exits_cleanly(kernel_url: str, dsns: Any, tmp_path: Path) -> None:
    async with (
        served(kernel_url, dsns, tmp_path) as (process, url),
        httpx.AsyncClient(base_url=url, headers={"Authorization": "Bearer key"}, timeout=10) as client,
    ):
        await until_live(client)
        assert (tmp_path / "heartbeat").exists()
        in_flight = asyncio.create_task(client.get("/counts/slow"))
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        answer = await in_flight
        assert (answer.status_code, answer.json()) == (200, "done")
        _, errors = await process.communicate()
        assert process.returncode == 0
        lines = [json.loads(line) for line in errors.decode().splitlines()]
        assert {line["event"] for line in lines} >= {"app_started", "app_stopped"}
        assert all(line["service"] == "tests" and line["timestamp"] for line in lines)


async def test_a_body_without_an_announced_length_is_bounded_over_a_real_connection(
    kernel_url: str, dsns: Any, tmp_path: Path
) -> None:
    async def two_megabytes() -> AsyncIterator[bytes]:
        for _ in range(32):
            yield b" " * 65_536

    async with (
        served(kernel_url, dsns, tmp_path) as (_, url),
        httpx.AsyncClient(base_url=url, headers={"Authorization": "Bearer key"}) as client,
    ):
        await until_live(client)
        headers = {"content-type": "application/json"}
        refused = await client.post("/counts", content=two_megabytes(), headers=headers)
        assert (refused.status_code, refused.json()["limit"]) == (413, 1024 * 1024)
        assert (await client.get("/counts/found/x")).status_code == 200
