"""Real PostgreSQL, Redis and Kafka for tests: the environment's, else Docker's, else the local stack. Never a skip.

tests/conftest.py takes this module as a plugin. Nothing starts before a test asks for `dsns`.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import Dsns, LocalStack

CreateDatabase = Callable[[str], Awaitable[str]]

_VARIABLES = ("POSTGRES_DSN", "REDIS_DSN", "KAFKA_BOOTSTRAP")


def chosen_infrastructure() -> str:
    """environment, docker or local: what `dsns` will use here; a half-set environment is an error, not a fallback."""
    given = [name for name in _VARIABLES if os.environ.get(name)]
    if given and len(given) < len(_VARIABLES):
        raise pytest.UsageError(f"set all of {', '.join(_VARIABLES)} or none; only {', '.join(given)} is set")
    if given:
        return "environment"
    return "docker" if _docker_runs() else "local"


def _docker_runs() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, timeout=3).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def pytest_configure(config: pytest.Config) -> None:
    """Decide once, before anything starts. Several test processes (`-n 2`) share servers that this one starts."""
    config.stash[_chosen] = chosen_infrastructure()
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        servers = contextlib.ExitStack()
        addresses = servers.enter_context(_WAYS[config.stash[_chosen]]())
        os.environ.update(addresses.environment())
        config.add_cleanup(servers.close)


_chosen = pytest.StashKey[str]()
_described = {
    "environment": "servers named by the environment's DSNs",
    "docker": "testcontainers (docker answers)",
    "local": "the local stack (no DSNs in the environment, docker does not answer)",
}


def pytest_report_header(config: pytest.Config) -> str:
    """Say which servers the tests use."""
    return f"infrastructure: {_described[config.stash[_chosen]]}"


@pytest.fixture(scope="session")
def dsns(pytestconfig: pytest.Config) -> Iterator[Dsns]:
    """Addresses of PostgreSQL (as superuser), Redis and Kafka, started once for the session."""
    with _WAYS[pytestconfig.stash[_chosen]]() as addresses:
        yield addresses


@pytest.fixture(scope="session")
def session_id() -> str:
    """Sets apart what this session creates on servers that it may share with others."""
    return f"t{secrets.token_hex(4)}"


@pytest.fixture(scope="session")
async def create_database(dsns: Dsns, session_id: str) -> AsyncIterator[CreateDatabase]:
    """`await create_database("customers")` makes an empty database and returns its DSN; all are dropped at the end."""
    made: list[str] = []

    async def create(name: str) -> str:
        database = f"{session_id}_{name}"
        await _execute(dsns, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)', f'CREATE DATABASE "{database}"')
        made.append(database)
        return urlsplit(dsns.postgres)._replace(path=f"/{database}").geturl()

    yield create
    await _execute(dsns, *(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)' for database in made))


async def _execute(dsns: Dsns, *statements: str) -> None:
    connection = await asyncpg.connect(dsns.postgres)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def topic_prefix(dsns: Dsns, session_id: str) -> AsyncIterator[str]:
    """Put before the names of topics and consumer groups; topics that bear it are deleted at the end."""
    prefix = f"{session_id}-"
    yield prefix
    # Patient: deleting dozens of topics beside another test process takes the broker a while.
    admin = AIOKafkaAdminClient(bootstrap_servers=dsns.kafka, request_timeout_ms=110_000)
    await admin.start()
    try:
        left = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
        if left:
            await admin.delete_topics(left)
    finally:
        await admin.close()


@contextmanager
def _from_environment() -> Iterator[Dsns]:
    yield Dsns(*(os.environ[name] for name in _VARIABLES))


@contextmanager
def _local_stack() -> Iterator[Dsns]:
    folder = Path(tempfile.mkdtemp(prefix="crm-tests-"))
    try:
        with LocalStack(folder) as stack:
            yield stack.dsns
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _containers() -> Iterator[Dsns]:
    # Without its reaper: the containers end with this block, and one image less has to be pulled.
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    if "DOCKER_HOST" not in os.environ:
        os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", "127.0.0.1")
    from testcontainers.community.postgres import PostgresContainer
    from testcontainers.community.redis import RedisContainer

    postgres = PostgresContainer("postgres:18", driver=None).with_command("postgres -c max_connections=500")
    with postgres, RedisContainer("redis:7") as redis, _kafka_container() as bootstrap:
        address = f"redis://{redis.get_container_host_ip()}:{redis.get_exposed_port(6379)}/0"
        yield Dsns(postgres.get_connection_url(), address, bootstrap)


@contextmanager
def _kafka_container() -> Iterator[str]:
    """Apache's image; the library's own KafkaContainer wants another vendor's."""
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import LogMessageWaitStrategy

    from deploy.local.ports import keep_or_choose

    # A broker tells clients its address, so the port on the host must be known before it starts.
    port = keep_or_choose({}, ["kafka"])["kafka"]
    container = DockerContainer("apache/kafka:4.3.1").with_bind_ports(9092, port)
    address = f"{container.get_docker_client().host()}:{port}"
    settings = {
        "NODE_ID": "1",
        "PROCESS_ROLES": "broker,controller",
        "CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "ADVERTISED_LISTENERS": f"PLAINTEXT://{address}",
        "CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "AUTO_CREATE_TOPICS_ENABLE": "false",
        "LOG_MESSAGE_TIMESTAMP_TYPE": "LogAppendTime",
        "GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "HEAP_OPTS": "-Xms256m -Xmx512m",
    }
    for name, value in settings.items():
        container.with_env(f"KAFKA_{name}", value)
    container.waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(90))
    with container:
        yield address


_WAYS = {"environment": _from_environment, "docker": _containers, "local": _local_stack}
