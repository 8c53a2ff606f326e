"""Delivery on real PostgreSQL and Kafka: stored together, in order, once, and poison goes to the dead letters."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from shared.contracts.envelope import Envelope, Origin
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.consumer_loop import ConsumerLoop
from shared.events.floods import Budget
from shared.events.poison import TooManyDeadLetters
from shared.events.processor import BatchProcessor
from shared.events.relay import Relay
from shared.events.replayer import Replayer
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from shared.kafka.clients import make_consumer, wire_name
from shared.worker.parts import Part, WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.kernel.builders import SUBSCRIPTION, Counted, effects, emit, on_counted, outbox, records_of


async def test_a_failed_transaction_emits_nothing(database: Database) -> None:
    """Catches an outbox written on another connection: a phantom event."""
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            tx.publish(Counted(number=1), subject=new_id())
            await tx.flush()
            raise RuntimeError("after the event, before the commit")
    assert await outbox(database) == []


async def test_versions_of_a_subject_grow_in_the_order_of_commits_under_many_writers(database: Database) -> None:
    """Catches versions taken before the lock: two writers would share one, or the outbox would be out of order."""
    subject = new_id()
    await asyncio.gather(*(emit(database, *range(3), subject=subject) for _ in range(25)))
    versions = [_version(row["value"]) for row in await outbox(database)]
    assert versions == list(range(1, 76))


async def test_a_second_delivery_changes_nothing(database: Database) -> None:
    """Catches a missing inbox, also for a duplicate within one batch."""
    subject = await emit(database, 1, 2)
    records = await records_of(database)
    processor = BatchProcessor(database, SUBSCRIPTION)
    await processor.process([*records, *records])
    await processor.process(records)
    assert await effects(database) == [(subject, 1), (subject, 2)]


async def test_poison_is_dead_lettered_with_its_bytes_and_costs_its_neighbours_nothing(database: Database) -> None:
    """Catches a batch that is lost as a whole, or poison that blocks the partition."""
    subject = await emit(database, 1, -5, 2)
    broken = Record("tests-events", 0, 99, b"k", b"\xff{broken", [("type", b"tests.counted.v1")])
    await BatchProcessor(database, SUBSCRIPTION).process([*await records_of(database), broken])
    assert await effects(database) == [(subject, 1), (subject, 2)]
    async with database.transaction() as tx:
        letters = await tx.rows('select value, reason, attempts, "offset" from dead_letters order by "offset"')
    assert [(bytes(x["value"])[:9], x["reason"], x["attempts"]) for x in letters][1] == (
        b"\xff{broken",
        "unreadable",
        1,
    )
    assert (letters[0]["reason"], letters[0]["attempts"], letters[0]["offset"]) == ("failed", 3, 1)


async def test_a_repaired_dead_letter_is_replayed_once(database: Database) -> None:
    """Catches a replay that the inbox swallows, and one that is done twice."""
    subject = await emit(database, -5)
    await BatchProcessor(database, SUBSCRIPTION).process(await records_of(database))
    async with database.transaction() as tx:
        await tx.execute(
            "update dead_letters set state = 'replaying', repaired = convert_to(replace(convert_from(value, 'UTF8'), "
            "'-5', '5'), 'UTF8')"
        )
    assert await Replayer([SUBSCRIPTION]).replay_asked(database) == 1
    assert await Replayer([SUBSCRIPTION]).replay_asked(database) == 0
    assert await effects(database) == [(subject, 5)]


async def test_a_flood_of_poison_stops_the_worker(database: Database) -> None:
    """Catches a consumer that pours a topic into the dead letters."""
    flood = [Record("tests-events", 0, n, b"k", b"no", [("type", b"tests.counted.v1")]) for n in range(30)]
    with pytest.raises(TooManyDeadLetters):
        await BatchProcessor(database, SUBSCRIPTION, budget=Budget(all=20)).process(flood)
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from dead_letters") == 0


async def test_a_transient_error_is_never_poison(database: Database) -> None:
    """Catches a deadlock or a closed connection that counts as a try."""
    failures = 5

    async def on_counted_after_failures(tx: Tx, event: Envelope[Counted]) -> None:
        nonlocal failures
        if failures > 0:
            failures -= 1
            await tx.execute("select pg_terminate_backend(pg_backend_pid())")
        await on_counted(tx, event)

    subject = await emit(database, 7)
    subscription = Subscription("tests", ["tests-events"], {Counted: on_counted_after_failures})
    await BatchProcessor(database, subscription).process(await records_of(database))
    assert await effects(database) == [(subject, 7)]
    async with database.transaction() as tx:
        assert await tx.value("select count(*) from dead_letters") == 0


async def test_what_is_emitted_is_handled_in_order_through_the_broker(database: Database, settings: Any) -> None:
    """Catches a relay that loses, reorders or never marks; the whole way outbox, topic, inbox, effect."""
    subjects = [await emit(database, *range(5)) for _ in range(20)]
    context = WorkerContext(settings, database, database.clock, Watchdog([]))
    parts: list[Part] = [Relay(settings), ConsumerLoop(settings, SUBSCRIPTION)]
    running = [asyncio.create_task(part.run(context, lambda: None)) for part in parts]
    try:
        late = await emit(database, 0)
        async with asyncio.timeout(30):
            while len(await effects(database)) < 101:
                await asyncio.sleep(0.05)
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
    seen = await effects(database)
    for subject in subjects:
        assert [number for who, number in seen if who == subject] == list(range(5))
    assert [number for who, number in seen if who == late] == [0]
    assert all(row["published"] for row in await outbox(database))


async def test_the_consumer_does_not_use_the_librarys_defaults_that_lose_data(settings: Any) -> None:
    """Catches a default creeping back: auto-commit and latest lose events."""
    consumer = make_consumer(settings, "safety")
    assert consumer._enable_auto_commit is False
    assert consumer._auto_offset_reset == "earliest"
    assert wire_name(settings, "x") == f"{settings.topic_prefix}x"


def _version(raw: bytes) -> int:
    from shared.contracts.envelope import read_envelope

    read = read_envelope(raw, {Counted.TYPE: Counted})
    assert read is not None
    assert read.origin is Origin.LIVE
    return read.version
