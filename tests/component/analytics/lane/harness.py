"""A broker of a test's own topics, and worker processes that read them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.analytics.config import Settings
from shared.contracts.envelope import Envelope
from shared.kafka.clients import wire_name
from tests.component.analytics.world import World

ROOT = Path(__file__).parents[4]


class Harness:
    """Topics of a test's own, and worker processes that read them."""

    def __init__(self, settings: Settings, producer: AIOKafkaProducer, world: World, logs: Path) -> None:
        self.settings = settings
        self.producer = producer
        self.world = world
        self._logs = logs
        self.workers: list[subprocess.Popen[bytes]] = []

    def start_worker(self) -> subprocess.Popen[bytes]:
        """One more process of the worker."""
        environment = {
            **os.environ,
            "DATABASE_URL": self.settings.database_url,
            "KAFKA_BOOTSTRAP": self.settings.kafka_bootstrap,
            "REDIS_URL": self.settings.redis_url,
            "TOPIC_PREFIX": self.settings.topic_prefix,
            "API_KEYS_FILE": str(self.settings.api_keys_file),
            "WORKER_PORT": "0",
        }
        log = (self._logs / f"worker{len(self.workers)}.log").open("wb")
        worker = subprocess.Popen(
            [sys.executable, "-m", "services.analytics.worker"], env=environment, cwd=ROOT, stderr=log, stdout=log
        )
        self.workers.append(worker)
        return worker

    async def put(self, *events: Envelope[Any]) -> None:
        """On the topics of their services, as the relays would."""
        for event in events:
            topic = wire_name(self.settings, f"{event.source}-events")
            headers = [("type", event.type.encode())]
            await self.producer.send(topic, event.to_bytes(), key=str(event.subject).encode(), headers=headers)
        await self.producer.flush()

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float = 100) -> None:
        """Wait for something; a worker that ended is an error."""
        async with asyncio.timeout(seconds):
            while not await true():
                await asyncio.sleep(0.1)

    async def handled(self, number: int) -> bool:
        """Whether so many events have had their effect."""
        return await self.world.count("inbox") >= number

    async def share(self, workers: int) -> None:
        """Wait until so many workers share the partitions."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.settings.kafka_bootstrap)
        await admin.start()

        async def shared() -> bool:
            (answer,) = await admin.describe_consumer_groups([f"{self.settings.topic_prefix}analytics"])
            _, _, state, _, _, members, *_ = answer.groups[0]
            return bool(state == "Stable" and len(members) == workers)

        try:
            await self.until(shared)
        finally:
            await admin.close()

    async def transitions(self) -> dict[UUID, list[tuple[str, UUID, datetime, str]]]:
        """What is on the outgoing topic, by customer: (word, segment, at, by), each event id once, in order."""
        consumer = AIOKafkaConsumer(
            wire_name(self.settings, "analytics-events"), bootstrap_servers=self.settings.kafka_bootstrap,
            auto_offset_reset="earliest", enable_auto_commit=False,
        )  # fmt: skip
        await consumer.start()
        found: dict[UUID, list[tuple[str, UUID, datetime, str]]] = defaultdict(list)
        seen: set[str] = set()
        try:
            ends = await consumer.end_offsets(consumer.assignment())
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        body = orjson.loads(record.value)
                        if body["type"] != "analytics.memberships_changed.v1" or body["id"] in seen:
                            continue
                        seen.add(body["id"])
                        for word in ("entered", "left"):
                            found[UUID(body["subject"])] += [
                                (
                                    word,
                                    UUID(transition["segment_id"]),
                                    datetime.fromisoformat(transition["at"]),
                                    transition["by"],
                                )
                                for transition in body["data"][word]
                            ]
        finally:
            await consumer.stop()
        return found
