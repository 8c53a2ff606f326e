"""Dead letters: records that are hard to store, replays that could double, floods, batches that are too much."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.envelope import Envelope
from shared.database import engine as kernel_database
from shared.database.engine import Database
from shared.database.transaction import Tx
from shared.events.floods import Budget
from shared.events.poison import TooManyDeadLetters
from shared.events.processor import BatchProcessor
from shared.events.replayer import Replayer
from shared.events.subscription import Record, Subscription
from shared.ids import new_id
from tests.component.kernel.builders import SUBSCRIPTION, Counted, effects, emit, on_counted, records_of
from tests.fakes import FixedClock

TYPE = ("type", b"tests.counted.v1")


def broken(offset: int = 0, value: bytes | None = b"{broken", headers: Any = (TYPE,)) -> Record:
    return Record("tests-events", 0, offset, b"k", value, list(headers))


async def letters(database: Database) -> list[Any]:
    async with database.transaction() as tx:
        return list(await tx.rows('select * from dead_letters order by "offset", id'))


@pytest.mark.parametrize(
    "headers",
    [[TYPE, ("shop", None)], [("type", None)], [TYPE, ("a\x00b", b"x")], []],
    ids=["header without a value", "type without a value", "NUL in a header's name", "no header"],
)
async def test_any_header_can_be_stored(database: Database, headers: Any) -> None:
    """Catches a dead letter that can never be stored: one record of a publisher would block the partition."""
    subject = await emit(database, 1)
    async with asyncio.timeout(20):
        await BatchProcessor(database, SUBSCRIPTION).process([broken(9, headers=headers), *await records_of(database)])
    assert [letter["offset"] for letter in await letters(database)] == [9]
    assert await effects(database) == [(subject, 1)]


async def test_an_id_from_beyond_the_calendar_is_handled_and_dead_lettered_like_any_other(database: Database) -> None:
    """Catches an inbox that cannot tell the id's day: neither the effect nor the dead letter would ever be stored."""
    beyond = UUID("ffffffff-ffff-7000-8000-000000000000")
    subject = new_id()
    async with database.transaction() as tx:
        tx.publish(Counted(number=4), subject=subject, id=beyond)
        tx.publish(Counted(number=-4), subject=subject, id=UUID(int=beyond.int + 1))
    async with asyncio.timeout(20):
        await BatchProcessor(database, SUBSCRIPTION).process(await records_of(database))
    assert await effects(database) == [(subject, 4)]
    assert len(await letters(database)) == 1


async def test_the_log_line_bears_the_reason_that_the_letter_bears(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Catches a line by which nobody finds the letter, and one that quotes what a customer sent."""

    class UnknownCurrency(Exception):
        slug = "unknown-currency"

    async def on_refused(tx: Tx, event: Envelope[Counted]) -> None:
        raise UnknownCurrency("anna@example.test pays in QQQ") if event.data.number == 1 else ValueError("no")

    await emit(database, 1, 2)
    refusing = Subscription("tests", ["tests-events"], {Counted: on_refused})
    await BatchProcessor(database, refusing).process([*await records_of(database), broken(9)])
    reasons = ["unknown-currency", "failed", "unreadable"]
    assert [letter["reason"] for letter in await letters(database)] == reasons
    lines = [str(record.msg) for record in caplog.records if "'dead_letter'" in str(record.msg)]
    assert len(lines) == 3
    assert all(any(f"'reason': '{reason}'" in line for line in lines) for reason in reasons)
    assert "'error': 'UnknownCurrency'" in "".join(lines)
    assert "anna" not in caplog.text


async def test_a_dead_letter_that_cannot_be_stored_stops_the_worker(database: Database) -> None:
    """Catches a silent loop: it would look like a transient error for ever."""
    impossible = Record("tests-events", 2**40, 0, b"k", b"{broken", [TYPE])
    with pytest.raises(Exception, match="int32"):
        async with asyncio.timeout(20):
            await BatchProcessor(database, SUBSCRIPTION).process([impossible])


async def test_a_topic_made_anew_loses_no_dead_letter(database: Database) -> None:
    """Catches a letter that is taken for a second delivery because another one once lay at its offset."""
    processor = BatchProcessor(database, SUBSCRIPTION)
    for value in (b"{one", b"{two", b"{two", None, None):
        await processor.process([broken(7, value)])
    assert [letter["value"] for letter in await letters(database)] == [b"{one", b"{two", None]


async def test_the_limit_of_dead_letters_outlives_the_process(database: Database) -> None:
    """Catches a limit in memory: the supervisor would restart the worker, and each life would pour a limit away."""
    with pytest.raises(TooManyDeadLetters):
        for offset in range(30):
            processor = BatchProcessor(database, SUBSCRIPTION, budget=Budget(all=20))
            await processor.process([broken(offset)])
    assert len(await letters(database)) == 20


async def test_the_limit_holds_for_events_that_fail_one_by_one(database: Database) -> None:
    """Catches a limit that only counts what cannot be read."""
    await emit(database, *[-1] * 10)
    with pytest.raises(TooManyDeadLetters):
        await BatchProcessor(database, SUBSCRIPTION, budget=Budget(all=5)).process(await records_of(database))
    assert len(await letters(database)) == 5


async def test_a_second_delivery_of_dead_lettered_records_does_not_count_towards_the_limit(database: Database) -> None:
    """Catches a worker that cannot get past its own dead letters after a crash before the commit of the offset."""
    records = [broken(offset) for offset in range(15)]
    for _ in range(3):
        await BatchProcessor(database, SUBSCRIPTION, budget=Budget(all=20)).process(records)
    assert len(await letters(database)) == 15


async def ask_for_replays(database: Database, change: str = "") -> None:
    async with database.transaction() as tx:
        await tx.execute(f"update dead_letters set state = 'replaying' {change}")


async def test_a_broken_copy_of_a_handled_event_doubles_nothing_when_it_is_replayed(database: Database) -> None:
    """Catches a replay that opens the inbox for an event which another delivery has brought already."""
    subject = await emit(database, 5)
    (good,) = await records_of(database)
    copy = broken(9, (good.value or b"").replace(b'"number":5', b'"number":"?"'))
    processor = BatchProcessor(database, SUBSCRIPTION)
    await processor.process([good])
    await processor.process([copy])
    await ask_for_replays(
        database, ", repaired = convert_to(replace(convert_from(value, 'UTF8'), '\"?\"', '5'), 'UTF8')"
    )
    assert await Replayer([SUBSCRIPTION]).replay_asked(database) == 1
    assert await effects(database) == [(subject, 5)]


async def test_a_letter_of_a_type_that_nobody_handles_stays_open(database: Database) -> None:
    """Catches a repair with a misspelt type: the letter would count as replayed and its event would be lost."""
    await BatchProcessor(database, SUBSCRIPTION).process([broken()])
    await ask_for_replays(database, """, headers = '[]', repaired = '{"type": "tests.countde.v1"}'""")
    assert await Replayer([SUBSCRIPTION]).replay_asked(database) == 0
    (letter,) = await letters(database)
    assert (letter["state"], letter["attempts"]) == ("open", 2)
    assert "nobody here handles" in letter["error"]


async def test_letters_of_a_consumer_that_is_gone_do_not_wait_for_ever(database: Database) -> None:
    """Catches asked replays that fill the queue of the others."""
    await BatchProcessor(database, SUBSCRIPTION).process([broken()])
    await ask_for_replays(database, ", consumer = 'retired'")
    assert await Replayer([SUBSCRIPTION]).replay_asked(database) == 0
    assert [letter["state"] for letter in await letters(database)] == ["open"]


async def test_a_replay_may_fail_with_any_text(database: Database) -> None:
    """Catches a worker that ends, and ends again, because the reason cannot be stored."""

    async def on_quoting(tx: Tx, event: Envelope[Counted]) -> None:
        raise ValueError("the text was \x00 and \ud800")

    quoting = Subscription("tests", ["tests-events"], {Counted: on_quoting})
    await emit(database, 1)
    await BatchProcessor(database, quoting).process(await records_of(database))
    await ask_for_replays(database)
    assert await Replayer([quoting]).replay_asked(database) == 0
    assert [letter["state"] for letter in await letters(database)] == ["open"]


async def test_two_workers_replay_a_letter_once(database: Database) -> None:
    """Catches a lost lock: both would take the inbox row away and both would have the effect."""
    subject = await emit(database, -5)
    await BatchProcessor(database, SUBSCRIPTION).process(await records_of(database))
    (letter,) = await letters(database)
    await ask_for_replays(database)
    fixed = broken(0, bytes(letter["value"]).replace(b"-5", b"5"))
    await asyncio.gather(
        *(BatchProcessor(database, SUBSCRIPTION).replay(letter["id"], letter["event_id"], fixed) for _ in range(4))
    )
    assert await effects(database) == [(subject, 5)]


async def test_a_batch_too_slow_for_a_statement_is_handled_in_pieces(
    database: Database, kernel_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a batch that takes too long for a statement and is taken for a transient error for ever."""
    monkeypatch.setattr(kernel_database, "COMMAND_TIMEOUT_S", 1)

    async def slowly(tx: Tx, events: list[Envelope[Counted]]) -> None:
        await tx.execute("select pg_sleep(:seconds)", {"seconds": 0.4 * len(events)})
        for event in events:
            await on_counted(tx, event)

    subject = await emit(database, 1, 2, 3, 4, 5)
    impatient = Database(kernel_url, source="tests", clock=FixedClock())
    subscription = Subscription("tests", ["tests-events"], types=[Counted], on_batch=slowly)
    async with asyncio.timeout(60):
        await BatchProcessor(impatient, subscription).process(await records_of(database))
    await impatient.close()
    assert await effects(database) == [(subject, number) for number in range(1, 6)]
    assert await letters(database) == []


async def test_one_poison_among_many_costs_its_neighbours_a_few_transactions(database: Database) -> None:
    """Catches a failed batch that is handled record by record: two thousand transactions for one poison."""
    sizes: list[int] = []

    async def on_some(tx: Tx, events: list[Envelope[Counted]]) -> None:
        sizes.append(len(events))
        for event in events:
            await on_counted(tx, event)

    subscription = Subscription("tests", ["tests-events"], types=[Counted], on_batch=on_some)
    numbers = [*range(1, 50), -1, *range(50, 128)]
    subject = await emit(database, *numbers)
    await BatchProcessor(database, subscription).process(await records_of(database))
    assert await effects(database) == [(subject, number) for number in numbers if number > 0]
    assert [letter["attempts"] for letter in await letters(database)] == [3]
    # The batch, two halves at each of seven steps, and two more tries of the poison.
    assert len(sizes) <= 1 + 2 * 7 + 3


async def test_a_batch_of_many_statements_beats_after_each(database: Database) -> None:
    """Catches a watchdog that ends a worker whose statements all come back, only slowly: it would never get on."""
    beats: list[int] = []

    async def on_many(tx: Tx, events: list[Any]) -> None:
        before = len(beats)
        for _ in range(5):
            await tx.execute("select 1")
        assert len(beats) == before + 5

    await emit(database, 1)
    subscription = Subscription("tests", ["tests-events"], types=[Counted], on_batch=on_many)
    await BatchProcessor(database, subscription, beat=lambda: beats.append(1)).process(await records_of(database))
    assert await letters(database) == []


async def test_poison_is_tried_three_times_and_never_again(database: Database) -> None:
    """Catches a dead letter without its inbox row: each further delivery would try the poison again."""
    tries = 0

    async def on_poison(tx: Tx, event: Envelope[Counted]) -> None:
        nonlocal tries
        tries += 1
        raise ValueError("planted")

    await emit(database, 1)
    subscription = Subscription("tests", ["tests-events"], {Counted: on_poison})
    for _ in range(3):
        await BatchProcessor(database, subscription).process(await records_of(database))
    # Once with its batch, three times alone.
    assert tries == 4
    assert len(await letters(database)) == 1


async def test_what_fails_while_the_database_takes_no_writes_is_transient(database: Database) -> None:
    """Catches a probe that only reads (a full disk and a read-only server answer `select 1`), and one that is not
    asked: whatever fails by chance during an outage would become a dead letter."""
    tries = 0

    async def on_counted_by_chance(tx: Tx, event: Envelope[Counted]) -> None:
        nonlocal tries
        tries += 1
        if tries < 7:
            raise RuntimeError("a failure whose code says nothing")
        await on_counted(tx, event)

    async def mend() -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(20):
                while tries < 6:
                    await asyncio.sleep(0.01)
        async with database.transaction() as tx:
            await tx.execute("alter table inbox drop constraint refused")

    async with database.transaction() as tx:
        await tx.execute("alter table inbox add constraint refused check (consumer <> 'probe')")
    subject = await emit(database, 3)
    subscription = Subscription("tests", ["tests-events"], {Counted: on_counted_by_chance})
    mending = asyncio.create_task(mend())
    await BatchProcessor(database, subscription).process(await records_of(database))
    await mending
    assert await letters(database) == []
    assert await effects(database) == [(subject, 3)]
