"""The servers that tests run on, wherever they come from: each way must offer the same."""

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from redis.asyncio import Redis

from deploy.local import Dsns
from tests.infrastructure import CreateDatabase, chosen_infrastructure


async def test_each_database_is_empty_and_of_postgresql_18(create_database: CreateDatabase) -> None:
    connection = await asyncpg.connect(await create_database("empty"))
    try:
        assert connection.get_server_version().major == 18
        tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        assert await connection.fetchval(tables) == 0
        # What rests on durability is tested on durable servers.
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
        assert await connection.fetchval("SHOW fsync") == "on"
    finally:
        await connection.close()


async def test_redis_answers(dsns: Dsns, session_id: str) -> None:
    async with Redis.from_url(dsns.redis) as redis:
        await redis.set(session_id, "1", ex=60)
        assert await redis.get(session_id) == b"1"


async def test_kafka_stamps_arrival_and_makes_no_topic_unasked(dsns: Dsns, topic_prefix: str) -> None:
    topic = f"{topic_prefix}asked"
    admin = AIOKafkaAdminClient(bootstrap_servers=dsns.kafka)
    await admin.start()
    producer = AIOKafkaProducer(bootstrap_servers=dsns.kafka, acks="all", enable_idempotence=True)
    await producer.start()
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=dsns.kafka, auto_offset_reset="earliest")
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
        sent = await producer.send_and_wait(topic, b"2017", timestamp_ms=1_490_000_000_000)
        await consumer.start()
        assert (await consumer.getone()).timestamp == sent.timestamp > 1_700_000_000_000
        await admin.describe_topics([f"{topic_prefix}unasked"])
        assert f"{topic_prefix}unasked" not in await admin.list_topics()
    finally:
        await consumer.stop()
        await producer.stop()
        await admin.close()


def test_a_half_set_environment_is_an_error_not_a_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a mistyped variable in CI would quietly test another server."""
    monkeypatch.setenv("POSTGRES_DSN", "postgresql://127.0.0.1/postgres")
    monkeypatch.delenv("KAFKA_BOOTSTRAP", raising=False)
    with pytest.raises(pytest.UsageError, match="POSTGRES_DSN"):
        chosen_infrastructure()
