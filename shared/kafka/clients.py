"""Kafka clients with settings that lose nothing. The libraries' own defaults do (auto-commit, latest, acks=1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from shared.bounded import within
from shared.config import ServiceSettings
from shared.contracts.topics import ON_THE_BROKER, Topic
from shared.kafka.connecting import connection_of
from shared.kafka.partitioner import partitioner
from shared.observability.logging import get_logger

log = get_logger(__name__)

# Messages of one relay round or request travel together; the price is this much latency per hop.
LINGER_MS = 10
MAX_MESSAGE_BYTES = 1_500_000
CONSUMER_SAFETY: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "isolation_level": "read_committed",
    # A dead worker's partitions move after 8 s (the library waits 10, Faust 60).
    "session_timeout_ms": 8_000,
    "heartbeat_interval_ms": 2_000,
    "max_poll_interval_ms": 300_000,
}
PRODUCER_SAFETY: dict[str, Any] = {"acks": "all", "enable_idempotence": True}


def wire_name(settings: ServiceSettings, topic: str) -> str:
    """The topic's name on the broker: an installation may prefix all of them."""
    return f"{settings.topic_prefix}{topic}"


def plain_name(settings: ServiceSettings, wire: str) -> str:
    """The topic's own name, without the installation's prefix."""
    return wire.removeprefix(settings.topic_prefix)


def make_producer(settings: ServiceSettings) -> AIOKafkaProducer:
    """A producer whose confirmation means: durable, once, in order. Start and stop it."""
    return AIOKafkaProducer(
        **connection_of(settings),
        client_id=settings.service,
        linger_ms=LINGER_MS,
        max_request_size=MAX_MESSAGE_BYTES,
        max_batch_size=262_144,
        request_timeout_ms=15_000,
        partitioner=partitioner,
        **PRODUCER_SAFETY,
    )


def never_expire(producer: AIOKafkaProducer) -> None:
    """Let its batches wait for their partition's leader for as long as that takes.

    The library fails a batch whose partition has no leader within the request timeout, and sends what was queued behind
    it when there is one: the order would be lost.
    """
    producer._message_accumulator._batch_ttl = float("inf")


async def stop_producer(producer: AIOKafkaProducer) -> None:
    """Send what is in it, for five seconds at most (without a broker it would take for ever, aiokafka #773). After that
    it sends nothing: no stopped producer goes on beside its successor."""
    try:
        await within(5, producer.stop())
    except (TimeoutError, KafkaError) as error:
        log.warning("producer_stop", error=type(error).__name__)
        sending = producer._sender.sender_task
        if sending is not None:
            sending.cancel()
        await producer.client.close()


def make_consumer(settings: ServiceSettings, group: str | None, **overrides: Any) -> AIOKafkaConsumer:
    """A consumer that commits only on `commit()`. Subscribe (or assign, without a group), start and stop it."""
    return AIOKafkaConsumer(
        **connection_of(settings),
        group_id=None if group is None else f"{settings.topic_prefix}{group}",
        client_id=settings.service,
        fetch_max_wait_ms=500,
        max_partition_fetch_bytes=2 * MAX_MESSAGE_BYTES,
        **{**CONSUMER_SAFETY, **overrides},
    )


async def create_topics(settings: ServiceSettings, topics: Iterable[Topic] = ON_THE_BROKER) -> None:
    """Create what is missing, the settings' own topics too. Existing ones stay as they are: partitions never change."""
    admin = AIOKafkaAdminClient(**connection_of(settings))
    await admin.start()
    try:
        brokers = len((await admin.describe_cluster())["brokers"])
        replication = 3 if brokers >= 3 else 1
        if replication == 1:
            log.warning("topics_without_replication", brokers=brokers)
        wanted = [_new_topic(settings, topic, replication) for topic in (*topics, *settings.own_topics)]
        have = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in have]
        if missing:
            answer = await admin.create_topics(missing)
            for _, code, *_rest in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise error()
    finally:
        await admin.close()


async def cluster_of(settings: ServiceSettings) -> str:
    """The id of the Kafka cluster: another one holds none of the topics. Raises KafkaError."""
    admin = AIOKafkaAdminClient(**connection_of(settings))
    await admin.start()
    try:
        return str((await admin.describe_cluster())["cluster_id"])
    finally:
        await admin.close()


def _new_topic(settings: ServiceSettings, topic: Topic, replication: int) -> NewTopic:
    config = dict(topic.config)
    config["max.message.bytes"] = str(MAX_MESSAGE_BYTES)
    if replication > 1:
        config["min.insync.replicas"] = "2"
    return NewTopic(
        name=wire_name(settings, topic.name),
        num_partitions=topic.partitions,
        replication_factor=replication,
        topic_configs=config,
    )
