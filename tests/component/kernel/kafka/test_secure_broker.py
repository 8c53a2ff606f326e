"""Every client of ours at a broker that demands TLS, a login and a right for each thing."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, MagicMock

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError

from deploy.kafka.acls import acls
from services.analytics.lane.streams.driver import make_application
from services.registry import settings_of
from shared.config import ServiceSettings
from shared.contracts.topics import ON_THE_BROKER, publisher_topic
from shared.kafka.clients import create_topics, make_consumer, make_producer
from shared.kafka.connecting import connection_of
from tests.secure_broker import ADMIN, SecureBroker, password_of, secure_broker
from tests.tls import Authority

TILLS = "tills"
USERS = ["customers", "interactions", "analytics", "campaigns", "privacy", TILLS]
# A broker starts, and Kafka's own tool once for each line of the script.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
async def broker() -> Any:
    with secure_broker(USERS) as running:
        topics = [*ON_THE_BROKER, publisher_topic(TILLS)]
        await create_topics(login(running, ADMIN, "interactions"), topics)
        wanted = [
            right.arguments() for right in acls(publishers=[TILLS]) if right.who in ("customers", "analytics", TILLS)
        ]
        await asyncio.to_thread(running.allow, wanted)
        yield running


def login(broker: SecureBroker, user: str, service: str | None = None, **more: Any) -> ServiceSettings:
    given: dict[str, Any] = {
        "database_url": "", "redis_url": "", "api_keys_file": Path(), "kafka_bootstrap": broker.address,
        "kafka_security_protocol": "SASL_SSL", "kafka_user": user, "kafka_password": password_of(user),
        "kafka_ca_file": broker.ca,
    }  # fmt: skip
    return settings_of(service or user, **given | more)


async def _send(settings: ServiceSettings, topic: str, value: bytes = b"x") -> None:
    producer = make_producer(settings)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, key=b"key", partition=0)
    finally:
        await producer.stop()


async def _read(settings: ServiceSettings, group: str, topic: str) -> bytes | None:
    consumer = make_consumer(settings, group)
    consumer.subscribe([topic])
    await consumer.start()
    try:
        record = await asyncio.wait_for(consumer.getone(), 30)
        await consumer.commit()
        return bytes(record.value or b"")
    finally:
        await consumer.stop()


async def test_a_service_writes_and_reads_what_is_its_own(broker: SecureBroker) -> None:
    """Catches a client that is made without the login, and a right that a service needs and was not given."""
    await _send(login(broker, "customers"), "customers-events", b"of customers")
    await _send(login(broker, "customers"), "watermarks")
    assert await _read(login(broker, "analytics"), "analytics-look", "customers-events") == b"of customers"


async def test_a_service_cannot_write_into_its_neighbours_topics(broker: SecureBroker) -> None:
    """Catches a settlement that any service may forge."""
    with pytest.raises(TopicAuthorizationFailedError):
        await _send(login(broker, "customers"), "campaigns-events")


async def test_nobody_else_reads_personal_data(broker: SecureBroker) -> None:
    """Catches `customers-inbound` in the hands of whoever reaches the broker."""
    with pytest.raises((KafkaError, TimeoutError)):
        await asyncio.wait_for(_read(login(broker, "analytics"), "analytics-look", "customers-inbound"), 10)


async def test_only_the_publisher_writes_to_its_own_topic(broker: SecureBroker) -> None:
    """Catches a trusted topic that another may write to: its name would prove nothing."""
    tills = login(broker, TILLS, "interactions")
    await _send(tills, publisher_topic(TILLS).name)
    with pytest.raises(TopicAuthorizationFailedError):
        await _send(tills, "interactions-events")
    with pytest.raises(TopicAuthorizationFailedError):
        await _send(login(broker, "customers"), publisher_topic(TILLS).name)


async def test_a_wrong_password_or_a_strangers_broker_ends_the_start(broker: SecureBroker, tmp_path: Path) -> None:
    """Catches a client that goes on without a login, or hands it to any server."""
    for wrong in ({"kafka_password": "guess"}, {"kafka_ca_file": Authority(tmp_path, "other").ca}):
        producer = make_producer(login(broker, "customers", **wrong))
        with pytest.raises(KafkaConnectionError):
            await producer.start()
        await producer.stop()


async def test_faust_joins_its_group_over_the_same_connection(broker: SecureBroker) -> None:
    """Catches the one consumer that Faust makes by itself, in the clear and without a login."""
    positions = MagicMock()
    positions.are_read = AsyncMock(return_value=False)
    app = make_application("analytics", connection_of(login(broker, "analytics")), ["customers-events"], positions)
    starting = asyncio.create_task(app.start())
    try:
        async with asyncio.timeout(60):
            while not list(app.feed.backlog.assigned()):
                assert not starting.done(), starting.exception()
                await asyncio.sleep(0.1)
    finally:
        starting.cancel()
        await asyncio.wait_for(app.stop(), 20)


def test_tls_checks_the_name_and_demands_a_certificate(tmp_path: Path) -> None:
    """Catches a context that was loosened to make something work."""
    given: dict[str, Any] = {
        "database_url": "", "redis_url": "", "api_keys_file": Path(), "kafka_bootstrap": "kafka:9093",
        "kafka_security_protocol": "SSL", "kafka_ca_file": Authority(tmp_path).ca,
    }  # fmt: skip
    context = connection_of(settings_of("customers", **given))["ssl_context"]
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
