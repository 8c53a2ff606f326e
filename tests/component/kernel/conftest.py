"""A service that exists only here: its database holds the kernel's tables and one table of effects."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import asyncpg
import pytest

from shared.config import ServiceSettings
from shared.contracts.topics import Topic
from shared.database.engine import Database
from shared.database.kernel_tables import create_newest_kernel_tables
from shared.database.partitions import maintain
from shared.kafka.clients import create_topics
from tests.fakes import FixedClock

TOPICS = (Topic("tests-events", ("tests",), ("tests",), partitions=4),)


class Settings(ServiceSettings):
    """Settings of the test's service."""

    service: ClassVar[str] = "tests"


class _Collected:
    def __init__(self) -> None:
        self.statements: list[str] = []

    def execute(self, statement: str) -> None:
        self.statements.append(statement)


@pytest.fixture(scope="session")
async def kernel_url(create_database: Any) -> str:
    url: str = await create_database("kernel")
    collected = _Collected()
    create_newest_kernel_tables(collected)
    connection = await asyncpg.connect(url)
    for statement in collected.statements:
        await connection.execute(statement)
    await connection.execute("create table effects (n bigint generated always as identity, subject uuid, number int)")
    await connection.close()
    return url


@pytest.fixture(scope="session")
async def settings(kernel_url: str, dsns: Any, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    keys: Path = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_text("[]")
    made = Settings(
        database_url=kernel_url,
        kafka_bootstrap=dsns.kafka,
        redis_url=dsns.redis,
        topic_prefix=topic_prefix,
        api_keys_file=keys,
        worker_port=0,
    )
    await create_topics(made, TOPICS)
    return made


@pytest.fixture
async def database(kernel_url: str) -> AsyncIterator[Database]:
    opened = Database(kernel_url, source="tests", clock=FixedClock())
    await maintain(opened)
    async with opened.transaction() as tx:
        await tx.execute("truncate outbox, subjects, inbox, dead_letters, offsets, epochs, effects")
    yield opened
    await opened.close()
