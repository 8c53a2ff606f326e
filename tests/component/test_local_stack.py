"""The local stack: what it promises to those who run and break services on it."""

import asyncio
import hashlib
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import LocalStack
from deploy.local.errors import CannotStart
from deploy.local.jars import KAFKA, Jar, classpath, default_cache, read_lock
from deploy.local.state import occupant

PROJECT = Path(__file__).parents[2]


def eventually(holds: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Whether it becomes true; the bound only ends a test that would hang."""
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    # Not pytest's tmp_path: PostgreSQL runs as another user when the tests run as root.
    with tempfile.TemporaryDirectory(prefix="stack-") as folder, LocalStack(Path(folder)) as running:
        yield running


async def read_table(stack: LocalStack) -> list[int]:
    connection = await asyncpg.connect(stack.dsns.postgres)
    try:
        return [row["n"] for row in await connection.fetch("SELECT n FROM kept ORDER BY n")]
    finally:
        await connection.close()


async def write_row(stack: LocalStack, number: int) -> None:
    connection = await asyncpg.connect(stack.dsns.postgres)
    try:
        await connection.execute("CREATE TABLE IF NOT EXISTS kept (n int)")
        await connection.execute("INSERT INTO kept VALUES ($1)", number)
    finally:
        await connection.close()


async def create_topic(bootstrap: str, name: str, copies: int = 1) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, copies)])
    finally:
        await admin.close()


async def publish(bootstrap: str, topic: str, value: bytes, timestamp_ms: int | None = None) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    try:
        await producer.send_and_wait(topic, value, timestamp_ms=timestamp_ms)
    finally:
        await producer.stop()


async def read_all(bootstrap: str, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_a_restart_keeps_addresses_and_data(stack: LocalStack) -> None:
    before = stack.dsns
    await write_row(stack, 1)
    await create_topic(before.kafka, "kept")
    await publish(before.kafka, "kept", b"first")
    stack.stop()
    assert stack.start() == before
    assert await read_table(stack) == [1]
    assert await read_all(before.kafka, "kept", 1) == [b"first"]


async def test_a_committed_row_survives_kill_9_of_postgres(stack: LocalStack) -> None:
    await write_row(stack, 2)
    stack.postgres.kill9()
    assert not stack.postgres.is_running
    stack.postgres.start()
    assert 2 in await read_table(stack)


async def test_a_session_that_outlives_its_server_does_not_hinder_the_next(stack: LocalStack) -> None:
    connection = await asyncpg.connect(stack.dsns.postgres)
    query = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)"))
    await asyncio.sleep(0.5)
    os.kill(stack.postgres.pid, signal.SIGKILL)
    assert eventually(lambda: not stack.postgres.is_running)
    stack.postgres.start()
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await query


async def test_an_acknowledged_record_survives_kill_9_of_the_broker(stack: LocalStack) -> None:
    await create_topic(stack.dsns.kafka, "survives")
    await publish(stack.dsns.kafka, "survives", b"acknowledged")
    stack.brokers[0].kill9()
    stack.brokers[0].start()
    assert await read_all(stack.dsns.kafka, "survives", 1) == [b"acknowledged"]


async def test_an_old_purchase_is_stamped_with_its_arrival(stack: LocalStack) -> None:
    """Else Kafka's retention deletes records of last year before anybody has read them."""
    await create_topic(stack.dsns.kafka, "old")
    await publish(stack.dsns.kafka, "old", b"2017", timestamp_ms=1_490_000_000_000)
    consumer = AIOKafkaConsumer("old", bootstrap_servers=stack.dsns.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await consumer.getone()
    finally:
        await consumer.stop()
    assert record.timestamp > 1_700_000_000_000


def test_a_paused_server_accepts_and_answers_nothing_until_resumed(stack: LocalStack) -> None:
    stack.valkey.pause()
    assert not stack.valkey.is_ready()
    stack.valkey.resume()
    assert eventually(stack.valkey.is_ready)


def test_postgres_wants_a_password_and_nothing_listens_beyond_loopback(stack: LocalStack) -> None:
    addresses = set()
    for part in stack.parts:
        for process in [psutil.Process(part.pid), *psutil.Process(part.pid).children()]:
            listening = [c for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
            addresses |= {c.laddr.ip.removeprefix("::ffff:") for c in listening}
    assert addresses == {"127.0.0.1"}
    assert stat.S_IMODE((stack.folder / "state.json").stat().st_mode) == 0o600


async def test_a_wrong_password_is_refused(stack: LocalStack) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(host="127.0.0.1", port=stack.postgres.port, user="postgres", password="guess")


def test_postgres_never_runs_as_root(stack: LocalStack) -> None:
    assert psutil.Process(stack.postgres.pid).uids().effective != 0


def test_two_stacks_cannot_share_a_folder(stack: LocalStack) -> None:
    with pytest.raises(CannotStart, match=f"in use by process {os.getpid()}"):
        LocalStack(stack.folder).start()
    assert stack.postgres.is_ready()


def test_a_port_taken_meanwhile_is_replaced_and_the_others_stay(stack: LocalStack) -> None:
    before = stack.dsns
    stack.stop()
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", stack.valkey.port))
        squatter.listen()
        after = stack.start()
    assert after.redis != before.redis
    assert (after.postgres, after.kafka) == (before.postgres, before.kafka)


def test_what_cannot_start_says_why_and_leaves_nothing_running() -> None:
    with tempfile.TemporaryDirectory(prefix="stack-") as folder:
        broken = LocalStack(Path(folder))
        (Path(folder) / "postgres" / "data").mkdir(parents=True)
        with pytest.raises(CannotStart) as refusal:
            broken.start()
        assert "postgres stopped while it started" in str(refusal.value)
        assert "postgresql.conf" in str(refusal.value), "the end of the log"
        assert not any(part.is_running for part in broken.parts)
        assert occupant(Path(folder)) is None


def processes_in(folder: Path) -> list[psutil.Process]:
    """Processes that work in this folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd().startswith(str(folder)):
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture
def running_command() -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    """`python -m deploy.local up` in a process of its own, ready."""
    with tempfile.TemporaryDirectory(prefix="stack-") as name:
        folder = Path(name)
        command = [sys.executable, "-m", "deploy.local", "up", "--folder", name]
        process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
        assert eventually(lambda: (folder / "dsns.env").exists())
        yield process, folder
        process.kill()
        process.wait()


async def test_nothing_is_left_running_when_the_parent_is_killed(
    running_command: tuple["subprocess.Popen[bytes]", Path],
) -> None:
    """Nor a session in the midst of a long query, which does not look whether its server still lives."""
    process, folder = running_command
    lines = (folder / "dsns.env").read_text().splitlines()
    connection = await asyncpg.connect(
        dict(line.removeprefix("export ").split("=", 1) for line in lines)["POSTGRES_DSN"]
    )
    query = asyncio.create_task(connection.execute("SELECT count(*) FROM generate_series(1, 10000000000)"))
    await asyncio.sleep(0.5)
    assert len(processes_in(folder)) > 3
    process.kill()
    assert eventually(lambda: not processes_in(folder)), processes_in(folder)
    with pytest.raises((asyncpg.PostgresError, OSError)):
        await query
    with LocalStack(folder) as again:
        assert f"export POSTGRES_DSN={again.dsns.postgres}" in (folder / "dsns.env").read_text()


def test_the_command_ends_cleanly_on_sigterm(running_command: tuple["subprocess.Popen[bytes]", Path]) -> None:
    process, folder = running_command
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert processes_in(folder) == []
    assert "database system is shut down" in (folder / "logs" / "postgres.log").read_text()


def test_clean_stops_what_runs_and_removes_the_folder(
    running_command: tuple["subprocess.Popen[bytes]", Path],
) -> None:
    process, folder = running_command
    command = [sys.executable, "-m", "deploy.local", "clean", "--folder", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True)
    assert process.wait(30) == 0
    assert not folder.exists()
    folder.mkdir()


@pytest.mark.long
async def test_three_brokers_lose_one_and_go_on() -> None:
    with tempfile.TemporaryDirectory(prefix="stack-") as folder, LocalStack(Path(folder), brokers=3) as stack:
        await create_topic(stack.dsns.kafka, "kept", copies=3)
        await publish(stack.dsns.kafka, "kept", b"by three")
        stack.brokers[0].kill9()
        await publish(stack.dsns.kafka, "kept", b"by two")
        stack.brokers[0].start()
        assert await read_all(stack.dsns.kafka, "kept", 2) == [b"by three", b"by two"]


def test_all_kafka_jars_have_one_version() -> None:
    versions = {jar.version for jar in read_lock() if jar.group == "org.apache.kafka"}
    assert versions == {KAFKA}


def test_a_damaged_jar_is_fetched_again_and_a_forged_one_refused(tmp_path: Path) -> None:
    small = next(jar for jar in read_lock() if jar.artifact == "slf4j-api")
    good = (default_cache() / small.name).read_bytes()
    (tmp_path / small.name).write_bytes(good[:-1] + b"?")
    classpath(tmp_path, (small,))
    assert hashlib.sha256((tmp_path / small.name).read_bytes()).hexdigest() == small.sha256
    forged = Jar("0" * 64, small.group, small.artifact, small.version)
    with pytest.raises(CannotStart, match="the lock says"):
        classpath(tmp_path, (forged,))
