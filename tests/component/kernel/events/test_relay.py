"""From the outbox to the broker: nothing that a topic does not take, nothing twice, nothing dropped unsent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import asyncpg
import pytest

from shared.contracts.envelope import Envelope, Fact
from shared.database import partitions
from shared.database.engine import Database
from shared.database.transaction import MAX_EVENT_BYTES, EventTooLarge, Tx
from shared.events import relay as kernel_relay
from shared.events.processor import BatchProcessor
from shared.events.relay import Relay
from shared.events.subscription import Subscription
from shared.ids import new_id
from shared.kafka.clients import make_producer, never_expire, stop_producer, wire_name
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import Counted, effects, emit, on_counted, outbox, records_of
from tests.fakes import FixedClock


class Noted(Fact):
    """A text was noted."""

    TYPE: ClassVar[str] = "tests.noted.v1"
    TOPIC: ClassVar[str] = "tests-events"

    text: str


@asynccontextmanager
async def relaying(settings: Any) -> AsyncIterator[list[int]]:
    beats: list[int] = []
    database = Database(settings.database_url, source="tests", clock=FixedClock(), pool_size=1)
    context = WorkerContext(settings, database, database.clock, Watchdog([]))
    task = asyncio.create_task(Relay(settings).run(context, lambda: beats.append(1)))
    try:
        yield beats
    finally:
        task.cancel()
        await asyncio.wait([task])
        await database.close()
    # A relay that ended by itself has failed, whatever it had published by then.
    if not task.cancelled():
        task.result()


async def published(database: Database) -> list[bool]:
    return [row["published"] for row in await outbox(database)]


async def all_published(database: Database, count: int) -> None:
    async with asyncio.timeout(30):
        while (await published(database)).count(True) < count:
            await asyncio.sleep(0.05)


async def test_writers_of_the_same_subjects_do_not_lock_each_other_out(database: Database) -> None:
    """Catches versions that are locked in the order in which events were emitted: two writers would deadlock."""
    subjects = [new_id() for _ in range(200)]

    async def tell(order: list[UUID]) -> None:
        for _ in range(5):
            async with database.transaction() as tx:
                for subject in order:
                    tx.publish(Counted(number=1), subject=subject)

    await asyncio.gather(*(tell(order) for order in (subjects, subjects[::-1]) * 4))
    async with database.transaction() as tx:
        assert await tx.value("select array_agg(distinct version) from subjects") == [40]


async def test_an_event_that_no_topic_takes_is_refused_with_its_change(database: Database) -> None:
    """Catches a row that the broker refuses for ever: everything behind it would wait."""
    with pytest.raises(EventTooLarge):
        async with database.transaction() as tx:
            await tx.execute("insert into effects (number) values (1)")
            tx.publish(Noted(text="x" * MAX_EVENT_BYTES), subject=new_id())
    assert await effects(database) == []
    assert await outbox(database) == []


async def test_a_record_whose_event_would_be_too_large_is_a_dead_letter(database: Database) -> None:
    """Catches a publisher who could stop a service's relay with one large record."""

    async def on_swelling(tx: Tx, event: Envelope[Counted]) -> None:
        tx.publish(Noted(text="x" * MAX_EVENT_BYTES), subject=event.subject)

    await emit(database, 1)
    subscription = Subscription("tests", ["tests-events"], {Counted: on_swelling})
    await BatchProcessor(database, subscription).process(await records_of(database))
    async with database.transaction() as tx:
        assert await tx.value("select reason from dead_letters") == "event-too-large"


async def test_the_largest_event_passes(database: Database, settings: Any) -> None:
    """Catches a limit above what the clients or the topics take."""
    async with database.transaction() as tx:
        tx.publish(Noted(text="x" * (MAX_EVENT_BYTES - 1_000)), subject=new_id())
        tx.publish(Counted(number=1), subject=new_id())
    async with relaying(settings):
        await all_published(database, 2)


async def test_rows_before_one_that_the_client_refuses_are_sent_once(database: Database, settings: Any) -> None:
    """Catches a round that ends without a mark: the rows before the bad one would be sent again every second."""
    await emit(database, 1, 2, 3)
    async with database.transaction() as tx:
        await tx.execute(
            "insert into outbox (day, event_id, topic, key, type, value) "
            "values (current_date, gen_random_uuid(), 'tests-events', gen_random_uuid(), 't', :value)",
            {"value": b"x" * 2_000_000},
        )
    async with relaying(settings):
        await all_published(database, 3)
    assert await published(database) == [True, True, True, False]


async def test_a_round_is_bounded_in_bytes(database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Catches a relay that takes two thousand large events into memory, and one that starves on a large first row."""
    monkeypatch.setattr(kernel_relay, "ROUND_BYTES", 1_000)
    async with database.transaction() as tx:
        for size in (5_000, 400, 400, 400, 5_000):
            tx.publish(Noted(text="x" * size), subject=new_id())
    connection = await asyncpg.connect(settings.database_url)
    rounds = await connection.fetch(kernel_relay._UNPUBLISHED, 10, 1_000)
    await connection.close()
    assert len(rounds) == 1
    async with relaying(settings):
        await all_published(database, 5)


async def test_one_relay_at_a_time(database: Database, settings: Any) -> None:
    """Catches a relay without its lock: two would send everything twice and break the order."""
    async with database.exclusive("relay") as acquired:
        assert acquired
        await emit(database, 1)
        async with relaying(settings) as beats:
            async with asyncio.timeout(30):
                while len(beats) < 4:
                    await asyncio.sleep(0.05)
            assert await published(database) == [False]


async def test_the_next_relay_takes_over_when_the_lock_is_lost(database: Database, settings: Any) -> None:
    """Catches a relay that goes on without its database session."""
    async with relaying(settings), relaying(settings):
        await emit(database, 1)
        await all_published(database, 1)
        async with database.transaction() as tx:
            await tx.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted "
                "and database = (select oid from pg_database where datname = current_database())"
            )
        subject = await emit(database, *range(2, 12))
        await all_published(database, 11)
    assert subject


async def test_nothing_is_marked_before_the_broker_confirms(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a mark after the hand-over to the client: what its memory holds is lost with the process."""

    def held_back(given: Any) -> Any:
        producer = make_producer(given)
        producer._message_accumulator._linger_time = 3600
        made.append(producer)
        return producer

    made: list[Any] = []
    monkeypatch.setattr(kernel_relay, "make_producer", held_back)
    await emit(database, 1, 2)
    async with relaying(settings):
        async with asyncio.timeout(30):
            while not made or not made[0]._message_accumulator._batches:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        assert await published(database) == [False, False]
        made[0]._message_accumulator._linger_time = 0
        await made[0].send(wire_name(settings, "tests-events"), b"{}", key=b"wake")


async def test_a_relay_whose_broker_confirms_nothing_does_not_beat(
    database: Database, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a beat that only says that the loop turns: the watchdog would never end a producer that is stuck."""

    def stuck(given: Any) -> Any:
        producer = make_producer(given)
        producer._message_accumulator._linger_time = 3600
        return producer

    monkeypatch.setattr(kernel_relay, "make_producer", stuck)
    monkeypatch.setattr(kernel_relay, "STILL_S", 0.5)
    await emit(database, 1)
    async with relaying(settings) as beats, asyncio.timeout(60):
        before = -1
        while len(beats) != before or not beats:
            before = len(beats)
            await asyncio.sleep(3)


async def test_a_stopped_producer_sends_nothing_more(settings: Any) -> None:
    """Catches a producer that goes on in the background beside its successor after a stop that took too long."""
    producer = make_producer(settings)
    never_expire(producer)
    await producer.start()
    await producer.send_and_wait(wire_name(settings, "tests-events"), b"{}")
    producer._message_accumulator._linger_time = 3600
    future = await producer.send(wire_name(settings, "tests-events"), b"{}")
    await stop_producer(producer)
    async with asyncio.timeout(30):
        while not producer._sender.sender_task.done():
            await asyncio.sleep(0.05)
    assert not future.done()
    assert producer._message_accumulator._batch_ttl == float("inf")


async def _old_partition(database: Database, day: date) -> str:
    async with database.transaction() as tx:
        await tx.execute(
            f"create table if not exists outbox_{day:%Y%m%d} partition of outbox "
            f"for values from ('{day}') to ('{day + timedelta(days=1)}')"
        )
    return f"outbox_{day:%Y%m%d}"


def _id_of(day: date) -> UUID:
    ms = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp() * 1000)
    return UUID(int=(ms << 80) | (7 << 76) | (2 << 62) | (new_id().int & 0xFFFF))


async def exists(database: Database, name: str) -> bool:
    async with database.transaction() as tx:
        return await tx.value("select to_regclass(:name)", {"name": name}) is not None


async def test_old_partitions_are_dropped_unless_something_in_them_is_unsent(database: Database) -> None:
    """Catches a drop that takes events along which the broker never had."""
    today = datetime.now(UTC).date()
    sent, unsent = [await _old_partition(database, today - timedelta(days=back)) for back in (30, 31)]
    async with database.transaction() as tx:
        for back in (30, 31):
            tx.publish(Counted(number=back), subject=new_id(), id=_id_of(today - timedelta(days=back)))
    async with database.transaction() as tx:
        await tx.execute(f"update {sent} set published = true")
    await partitions.maintain(database)
    assert (await exists(database, sent), await exists(database, unsent)) == (False, True)


async def test_an_event_stored_while_its_partition_is_being_dropped_is_kept(database: Database) -> None:
    """Catches a look before the lock: the event of a transaction that is still open would be dropped with the table."""
    day = datetime.now(UTC).date() - timedelta(days=32)
    name = await _old_partition(database, day)
    async with database.transaction() as tx:
        tx.publish(Counted(number=1), subject=new_id(), id=_id_of(day))
        await tx.flush()
        dropping = asyncio.create_task(partitions.maintain(database))
        async with asyncio.timeout(20), database.transaction() as other:
            while not await other.value("select 1 from pg_locks where not granted and mode = 'AccessExclusiveLock'"):
                await asyncio.sleep(0.05)
    await dropping
    assert await exists(database, name)
    assert len(await outbox(database)) == 1


async def test_a_day_that_began_in_the_default_partition_still_works(database: Database) -> None:
    """Catches a worker that ends because the partition of a day cannot be made any more."""
    day = datetime.now(UTC).date() + timedelta(days=300)
    async with database.transaction() as tx:
        tx.publish(Counted(number=1), subject=new_id(), id=_id_of(day))
    await partitions.maintain(database, today=day)
    assert not await exists(database, f"outbox_{day:%Y%m%d}")
    subscription = Subscription("tests", ["tests-events"], {Counted: on_counted})
    for _ in range(2):
        await BatchProcessor(database, subscription).process(await records_of(database))
    assert len(await effects(database)) == 1
