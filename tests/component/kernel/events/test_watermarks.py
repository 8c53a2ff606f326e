"""The watermark publisher on real PostgreSQL and Kafka: whatever was recorded up to a watermark lies on the topic."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.clock import SystemClock
from shared.contracts.envelope import read_envelope
from shared.database import transaction as kernel_transaction
from shared.database.engine import Database
from shared.events import barrier as kernel_barrier
from shared.events import relay as kernel_relay
from shared.events import watermarks as kernel_watermarks
from shared.events.watermarks import WatermarkPublisher
from shared.ids import new_id
from shared.kafka.clients import create_topics
from tests.component.kernel.builders import Counted, emit
from tests.component.kernel.conftest import TOPICS, Settings
from tests.component.kernel.events.marked import FastClock, OwnSettings, Reader, relaying


def make_late(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The relay takes so long from the look at the outbox to the broker."""
    at_once = kernel_relay._Round.send

    async def late(self: Any, connection: Any, beat: Callable[[], None]) -> None:
        await asyncio.sleep(seconds)
        await at_once(self, connection, beat)

    monkeypatch.setattr(kernel_relay._Round, "send", late)


async def write(writer: Database, rng: random.Random) -> None:
    """Transactions that stall wherever they can: before they begin, before they emit, before they commit."""
    while True:
        async with writer.transaction() as tx:
            await asyncio.sleep(rng.choice((0, 0, 0.2)))
            await tx.value("select 1")
            await asyncio.sleep(rng.choice((0, 0, 0.2)))
            tx.publish(Counted(number=1), subject=new_id())
            await tx.flush()
            await asyncio.sleep(rng.choice((0, 0, 0.2)))


async def under_load(reader: Reader, writer: Database, seconds: float) -> list[str]:
    """Events that came too late, after some seconds with many writers."""
    rng = random.Random(3)
    writing = [asyncio.create_task(write(writer, rng)) for _ in range(8)]
    await asyncio.sleep(seconds)
    for task in writing:
        task.cancel()
    await asyncio.wait(writing)
    await reader.watermark_after(writer.clock.now())
    return await reader.late_events()


@pytest.mark.parametrize("clock", [SystemClock, FastClock])
async def test_nothing_older_comes_after_a_watermark(
    clock: Any, own: OwnSettings, writer: Database, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches a watermark by the clock alone: transactions stall, and the relay is late."""
    make_late(monkeypatch, 0.2)
    writer.clock = clock()
    async with relaying(own, writer):
        assert await under_load(reader, writer, 4) == []
    assert len(reader.watermarks) > 3


@pytest.mark.parametrize("mutant", ["writers read no barrier", "older writers are not waited for", "rows are not"])
async def test_each_part_of_the_barrier_is_needed(
    mutant: str,
    own: OwnSettings,
    writer: Database,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches a test that would let everything pass, and a part that could be left out."""
    if mutant == "writers read no barrier":
        monkeypatch.setattr(kernel_transaction, "recorded_at", lambda began, barrier: began)
    elif mutant == "older writers are not waited for":

        async def nobody(connection: Any) -> set[str]:
            return set()

        monkeypatch.setattr(kernel_watermarks, "writers", nobody)
    else:
        make_late(monkeypatch, 0.2)
        after_read = WatermarkPublisher.after_read
        monkeypatch.setattr(WatermarkPublisher, "after_read", lambda self, driver, _: after_read(self, driver, None))
    # No transaction holds the watermark back by being open: that is a courtesy, and hides what is looked for here.
    monkeypatch.setattr(kernel_watermarks, "HOLD_S", 0.0)
    async with relaying(own, writer):
        assert await under_load(reader, writer, 4) != []


async def test_a_transaction_that_has_emitted_holds_the_watermark_until_it_ends(
    own: OwnSettings, writer: Database, reader: Reader
) -> None:
    """Catches a watermark over rows that nobody can see yet."""
    async with relaying(own, writer):
        await reader.watermark_after(writer.clock.now())
        async with writer.transaction() as tx:
            tx.publish(Counted(number=1), subject=new_id())
            await tx.flush()
            await asyncio.sleep(kernel_watermarks.HOLD_S + 1)
            # The watermark before that may have been under way.
            assert max(until for until, _ in reader.watermarks) < tx.now
        await reader.watermark_after(tx.now)
    assert await reader.late_events() == []


async def test_a_transaction_that_emits_nothing_holds_it_for_a_moment_only(
    own: OwnSettings, writer: Database, reader: Reader
) -> None:
    """Catches a report that stops all lapses, and an event emitted late that is recorded before the watermark."""
    async with relaying(own, writer), writer.transaction() as tx:
        await tx.value("select 1")
        await asyncio.sleep(kernel_watermarks.HOLD_S / 2)
        assert not [until for until, _ in reader.watermarks if until >= tx.now]
        await reader.watermark_after(tx.now + timedelta(seconds=1))
        tx.publish(Counted(number=1), subject=new_id())
        await tx.flush()
        (raw,) = [row["value"] for row in await tx.rows("select value from outbox")]
    event = read_envelope(raw, {Counted.TYPE: Counted})
    assert event is not None
    assert event.recorded_at > max(until for until, _ in reader.watermarks)
    assert event.time == tx.now


async def test_a_silent_outbox_has_watermarks_and_a_relay_that_stands_still_has_none(
    own: OwnSettings, writer: Database, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Catches lapses that wait for the next event, and a watermark beside an outbox that does not empty."""
    async with relaying(own, writer):
        await reader.watermark_after(writer.clock.now())
        make_late(monkeypatch, 2)
        await emit(writer, 1)
        recorded = writer.clock.now()
        await asyncio.sleep(1.5)
        assert not [until for until, _ in reader.watermarks if until >= recorded]
        await reader.watermark_after(recorded)
    seen = len(reader.watermarks)
    await asyncio.sleep(0.5)
    assert len(reader.watermarks) == seen


async def test_watermarks_go_on_with_the_next_relay(own: OwnSettings, writer: Database, reader: Reader) -> None:
    """Catches a barrier that ends with its relay, or is lowered by the next one."""
    writing = asyncio.create_task(write(writer, random.Random(5)))
    async with relaying(own, writer) as first, relaying(own, writer):
        await reader.watermark_after(writer.clock.now())
        first.cancel()
        await reader.watermark_after(writer.clock.now())
    async with writer.transaction() as tx:
        barrier = await tx.value("select last_value from outbox_promised")
        connection = (await (await tx.session.connection()).get_raw_connection()).driver_connection
        assert connection is not None
        await kernel_barrier.raise_barrier(connection, reader.watermarks[0][0] - timedelta(hours=1))
        assert await tx.value("select last_value from outbox_promised") == barrier
    writing.cancel()
    await asyncio.wait([writing])
    assert await reader.late_events() == []


async def test_a_topic_that_is_missing_does_not_hold_up_the_relay(settings: Settings, writer: Database) -> None:
    """Catches a relay that waits for the topic of its watermarks: events go before."""
    without = OwnSettings(**{**settings.model_dump(), "topic_prefix": f"{settings.topic_prefix}{new_id().hex[-6:]}-"})
    await create_topics(without, TOPICS)
    async with relaying(without, writer), asyncio.timeout(20):
        await asyncio.sleep(1)
        await emit(writer, 1)
        async with writer.transaction() as tx:
            await tx.value("select 1")
        while True:
            async with writer.transaction() as tx:
                if not await tx.value("select count(*) from outbox where not published"):
                    break
            await asyncio.sleep(0.05)
