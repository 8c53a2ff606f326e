"""Lapses beside a service whose relay is late, stopped or changed: what it has recorded and not brought counts."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.analytics.capabilities import lane_steps, subscription
from services.analytics.lane.streams import watermarks as lane_watermarks
from services.analytics.lane.streams.lane import Lane
from services.analytics.lane.streams.watermarks import ALLOWANCE_S, Watermarks
from services.analytics.segments.service.programs import Programs
from shared.clock import Clock, SystemClock
from shared.config import ServiceSettings
from shared.database.engine import Database
from shared.database.kernel_tables import create_newest_kernel_tables
from shared.database.partitions import maintain
from shared.events.relay import Relay
from shared.worker.parts import WorkerContext
from shared.worker.watchdog import Watchdog
from tests.component.analytics.builders import a_purchase, bought
from tests.component.analytics.lane.harness import Harness
from tests.infrastructure import CreateDatabase

# Long enough that a slow machine records a second purchase within it.
WINDOW_S = 6.0


class Till(ServiceSettings):
    """What stands for interactions: its outbox and its relay."""

    service: ClassVar[str] = "interactions"


class Shop:
    """A service that records purchases, and relays that may come and go."""

    def __init__(self, settings: Till) -> None:
        self.settings = settings
        self.clock = SystemClock()
        self.database = Database(settings.database_url, source="interactions", clock=self.clock, pool_size=3)

    @contextlib.asynccontextmanager
    async def relaying(self) -> AsyncIterator[None]:
        """Its relay works meanwhile."""
        context = WorkerContext(self.settings, self.database, self.clock, Watchdog([]))
        task = asyncio.create_task(Relay(self.settings).run(context, lambda: None))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def buy(self, who: UUID, *, open_s: float = 0.0) -> datetime:
        """Record a purchase, in a transaction that stays open for so long; returns the instant that counts for it."""
        async with self.database.transaction() as tx:
            await tx.value("select 1")
            tx.publish(a_purchase(who, tx.now).data, subject=who)
            await asyncio.sleep(open_s)
            return tx.now


@pytest.fixture(scope="module")
async def shop_url(create_database: CreateDatabase) -> str:
    url: str = await create_database("till")
    connection = await asyncpg.connect(url)
    statements: list[str] = []
    create_newest_kernel_tables(type("_Op", (), {"execute": statements.append}))
    for statement in statements:
        await connection.execute(statement)
    await connection.close()
    return url


@pytest.fixture
async def shop(harness: Harness, shop_url: str) -> AsyncIterator[Shop]:
    shop = Shop(Till(**{**harness.settings.model_dump(), "database_url": shop_url}))
    await maintain(shop.database)
    async with shop.database.transaction() as tx:
        await tx.execute("truncate outbox, subjects")
        await tx.execute("alter sequence outbox_promised restart")
    yield shop
    await shop.database.close()


@contextlib.asynccontextmanager
async def laning(harness: Harness) -> AsyncIterator[WorkerContext]:
    """Analytics' lane works meanwhile."""
    programs = Programs()
    lane = Lane(harness.settings, subscription(harness.settings, programs), lane_steps(programs))
    context = WorkerContext(harness.settings, harness.world.database, SystemClock(), Watchdog([]))
    task = asyncio.create_task(lane.run(context, lambda: None))
    try:
        yield context
    finally:
        task.cancel()
        await asyncio.wait([task])


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.05)


async def _a_stopped_relay(harness: Harness, shop: Shop) -> list[tuple[str, datetime, str]]:
    """One who buys again while the relay is away for seconds; what was emitted of them in the end."""
    segment, regular = await harness.world.a_segment(bought(last=f"PT{WINDOW_S:.0f}S")), uuid4()

    async def moves(number: int) -> bool:
        return len(await harness.world.moves(regular, segment)) >= number

    async with laning(harness):
        async with shop.relaying():
            first = await shop.buy(regular)
            await until(lambda: moves(1))
            await asyncio.sleep(0.5)
        second = await shop.buy(regular)
        assert second < first + timedelta(seconds=WINDOW_S)
        await asyncio.sleep(WINDOW_S + 2)
        # The relay of another process comes, with the purchase and then with the time.
        async with shop.relaying():
            await until(lambda: moves(2))
            # A relay begins with a look at its own topics.
            await asyncio.sleep(1.5)
    assert second + timedelta(seconds=WINDOW_S) == (await harness.world.moves(regular, segment))[-1][1]
    return await harness.world.moves(regular, segment)


async def test_a_purchase_in_the_outbox_keeps_its_customer_in(harness: Harness, shop: Shop) -> None:
    """Catches a lapse that trusts the relay to be quick: this one is away for eight seconds."""
    assert [word for word, _, _ in await _a_stopped_relay(harness, shop)] == ["entered", "left"]


async def test_without_watermarks_it_would_have_been_a_lapse(
    harness: Harness,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches a test that lets everything pass: the clock and an allowance were the rule before."""

    def by_the_clock(self: Watermarks, clock: Clock) -> datetime:
        return clock.now() - timedelta(seconds=ALLOWANCE_S)

    monkeypatch.setattr(Watermarks, "least", by_the_clock)
    words = [word for word, _, _ in await _a_stopped_relay(harness, shop)]
    assert words[:3] == ["entered", "left", "entered"]


async def test_a_transaction_that_is_open_over_the_end_of_a_window_is_no_lapse(harness: Harness, shop: Shop) -> None:
    """Catches a watermark that passes a purchase on its way to its commit."""
    segment, regular = await harness.world.a_segment(bought(last=f"PT{WINDOW_S:.0f}S")), uuid4()

    async def moves(number: int) -> bool:
        return len(await harness.world.moves(regular, segment)) >= number

    async with laning(harness), shop.relaying():
        first = await shop.buy(regular)
        await until(lambda: moves(1))
        await asyncio.sleep((first + timedelta(seconds=WINDOW_S - 0.5) - shop.clock.now()).total_seconds())
        second = await shop.buy(regular, open_s=1.5)
        await until(lambda: moves(2))
    moved = await harness.world.moves(regular, segment)
    assert [(word, at) for word, at, _ in moved] == [
        ("entered", first), ("left", second + timedelta(seconds=WINDOW_S))
    ]  # fmt: skip


async def test_a_service_that_fell_silent_is_named_and_one_that_was_never_there_stops_nothing(
    harness: Harness,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Catches lapses that wait in silence, a worker that takes a dead relay for none because it began after it, and an
    installation without the service in which nobody ever lapses."""
    monkeypatch.setattr(lane_watermarks, "LATE_S", 1.0)
    segment, who = await harness.world.a_segment(bought(last=f"PT{WINDOW_S:.0f}S")), uuid4()

    async def moves(number: int) -> bool:
        return len(await harness.world.moves(who, segment)) >= number

    async with laning(harness) as context, shop.relaying():
        await shop.buy(who)
        await until(lambda: moves(1))
        await asyncio.sleep(0.5)
        assert context.waits_for == {}
    async with laning(harness) as context:
        await asyncio.sleep(WINDOW_S + 2)
        assert context.waits_for.keys() == {"interactions"}
        assert not await moves(2)
        async with shop.relaying():
            await until(lambda: moves(2))
        # Customers and privacy are not here: their absence held nothing back.
