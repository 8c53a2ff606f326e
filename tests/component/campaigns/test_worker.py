"""Would catch a worker that does not do by itself what tests do by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

from services.campaigns.capabilities import CAPABILITIES, CONSUMERS
from services.campaigns.delivery.streams.sender import Sender
from shared.capabilities import worker_of
from shared.clock import SystemClock
from shared.kafka.clients import create_topics
from tests.component.campaigns.world import RealServices, World


@asynccontextmanager
async def a_worker(world: World) -> AsyncIterator[None]:
    """A whole worker in this loop; it uses the system's clock, as workers do."""
    sender = Sender(services=lambda _: RealServices(world.services))
    capabilities = [
        replace(capability, parts=lambda _: (sender,)) if capability.name == "delivery" else capability
        for capability in CAPABILITIES
    ]
    worker = worker_of(world.settings, capabilities, CONSUMERS)
    stop = asyncio.Event()

    async def run() -> None:
        assert await worker.run(stop) == 0

    # A worker that ends by itself ends the test as well.
    async with asyncio.TaskGroup() as group:
        group.create_task(run())
        try:
            yield
        finally:
            stop.set()


async def until(true: Callable[[], bool]) -> None:
    """Waits; the test's own time limit is the bound."""
    while not true():
        await asyncio.sleep(0.05)


async def test_a_worker_carries_an_event_from_the_topic_to_the_mail_and_tells_of_it(world: World) -> None:
    await create_topics(world.settings)
    async with a_worker(world):
        # The worker lives by the wall clock, so what the others record must too.
        before = world.clock.now()
        world.clock.set(SystemClock().now())
        try:
            segment, customer = uuid4(), await world.customer()
            campaign = await world.campaign(segment=segment)
            await world.publish(world.moved(customer, into=segment))
            await until(lambda: len(world.post_office.mails) == 1)
            while (await world.report(campaign))["handed_over"] != 1:
                await asyncio.sleep(0.05)
            while not await world.value("select bool_and(published) from outbox where key = :key", key=customer):
                await asyncio.sleep(0.05)
        finally:
            world.clock.set(before)
