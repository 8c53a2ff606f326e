"""The command line as a process, on real databases."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local import Dsns


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    status: int
    out: str
    err: str


Crm = Callable[..., Awaitable[Ended]]


@pytest.fixture(scope="session")
def crm(dsns: Dsns, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory) -> Crm:
    """`await crm(database_url, "dead-letters", "list", "privacy")`."""
    folder: Path = tmp_path_factory.mktemp("crm")
    (folder / "keys.json").write_text("[]")
    settings = {
        "KAFKA_BOOTSTRAP": dsns.kafka,
        "REDIS_URL": dsns.redis,
        "API_KEYS_FILE": str(folder / "keys.json"),
        "TOPIC_PREFIX": topic_prefix,
    }

    async def run(database_url: str, *words: str, given: bytes = b"") -> Ended:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.crm", *words),
            env={**os.environ, **settings, "DATABASE_URL": database_url},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate(given)
        assert process.returncode is not None
        return Ended(process.returncode, out.decode(), err.decode())

    return run
