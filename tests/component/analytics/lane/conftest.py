"""A broker of a test's own topics for the lane."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from services.analytics.config import Settings
from shared.clock import SystemClock
from shared.database.engine import Database
from shared.kafka.clients import create_topics, make_producer
from tests.component.analytics.lane.harness import Harness
from tests.component.analytics.world import World


@pytest.fixture
async def harness(
    settings: Settings, database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Harness]:
    """Analytics with its broker. Topics and group bear the test's name, so that no test reads what another wrote."""
    own = settings.model_copy(update={"topic_prefix": f"{settings.topic_prefix}{uuid4().hex[:6]}-"})
    await create_topics(own)
    database.clock = SystemClock()
    producer = make_producer(own)
    await producer.start()
    harness = Harness(own, producer, World(own, database, SystemClock()), tmp_path)
    yield harness
    for worker in harness.workers:
        worker.kill()
        worker.wait()
    await producer.stop()
