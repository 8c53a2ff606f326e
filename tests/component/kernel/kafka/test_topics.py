"""Topics as the broker really holds them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.contracts.topics import ON_THE_BROKER, Topic
from shared.kafka.clients import create_topics, make_producer, wire_name

OLD = Topic("tests-old", ("tests",), ("tests",), retention_days=7, partitions=1)


async def test_a_purchase_of_2017_is_kept_for_a_consumer_that_was_away(settings: Any) -> None:
    """Catches CreateTime: Kafka's first retention check deletes records by the publisher's time, read or not."""
    await create_topics(settings, [OLD])
    producer = make_producer(settings)
    await producer.start()
    try:
        then = int(datetime(2017, 6, 1, tzinfo=UTC).timestamp() * 1000)
        await producer.send_and_wait(wire_name(settings, OLD.name), b"{}", timestamp_ms=then)
    finally:
        await producer.stop()
    consumer = AIOKafkaConsumer(
        wire_name(settings, OLD.name),
        bootstrap_servers=settings.kafka_bootstrap,
        auto_offset_reset="earliest",
        group_id=None,
    )
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    assert abs(record.timestamp / 1000 - time.time()) < 3600


async def test_every_topic_is_created_as_the_list_says_and_left_alone_after(settings: Any) -> None:
    """Catches a topic without its retention, and a second start that changes partitions."""
    await create_topics(settings)
    await create_topics(settings)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        names = [wire_name(settings, topic.name) for topic in ON_THE_BROKER]
        described = {topic["topic"]: topic for topic in await admin.describe_topics(names)}
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    finally:
        await admin.close()
    for topic in ON_THE_BROKER:
        assert len(described[wire_name(settings, topic.name)]["partitions"]) == topic.partitions
    settings_of = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
    for topic in ON_THE_BROKER:
        assert topic.config.items() <= settings_of[wire_name(settings, topic.name)].items()
