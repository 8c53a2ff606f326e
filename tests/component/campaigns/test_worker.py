"""Would catch a worker that does not do by itself what tests do by hand, and a restored ledger that sends again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from services.campaigns.capabilities import CAPABILITIES, CONSUMERS
from services.campaigns.delivery import repository
from services.campaigns.delivery.streams.reconcile import compare_own_topic
from services.campaigns.delivery.streams.sender import Sender
from shared.capabilities import worker_of
from shared.clock import SystemClock
from shared.contracts.campaigns import MessageSettled
from shared.contracts.envelope import Envelope
from shared.kafka.clients import create_topics, make_producer, wire_name
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


async def publish(world: World, *events: Envelope[Any]) -> None:
    """Events of other services on their topics."""
    producer = make_producer(world.settings)
    await producer.start()
    try:
        for event in events:
            headers = [("type", event.type.encode())]
            topic = wire_name(world.settings, event.data.TOPIC)
            await producer.send_and_wait(topic, event.to_bytes(), key=str(event.subject).encode(), headers=headers)
    finally:
        await producer.stop()


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
            await publish(world, world.moved(customer, into=segment))
            await until(lambda: len(world.post_office.mails) == 1)
            while (await world.report(campaign))["handed_over"] != 1:
                await asyncio.sleep(0.05)
            while not await world.value("select bool_and(published) from outbox where key = :key", key=customer):
                await asyncio.sleep(0.05)
        finally:
            world.clock.set(before)


async def test_a_ledger_restored_from_a_backup_learns_from_the_topic_what_it_had_sent(world: World) -> None:
    await create_topics(world.settings)
    segment, customer, other = uuid4(), await world.customer(), await world.customer()
    campaign = await world.campaign(segment=segment)
    first, second = world.moved(customer, into=segment), world.moved(other, into=segment)
    await world.handle(first, second)
    await world.send()
    assert len(world.post_office.mails) == 2
    told = [
        (one, MessageSettled.model_validate(fact))
        for one in (customer, other)
        for fact in await world.emitted(one, MessageSettled)
    ]
    await publish(world, *(world.event(fact, subject) for subject, fact in told))
    await _restore(world, campaign, lost=customer, waiting=other)
    assert await compare_own_topic(world.database, world.settings, lambda: None) == 2
    assert await compare_own_topic(world.database, world.settings, lambda: None) == 0
    await world.execute("delete from inbox")
    await world.handle(first, second)
    await world.send()
    assert len(world.post_office.mails) == 2
    assert await world.states(campaign) == {"handed_over": 2}


async def _restore(world: World, campaign: UUID, *, lost: UUID, waiting: UUID) -> None:
    """As if the database came from a backup made before: one message is missing, one still waits."""
    await world.execute("delete from messages where customer_id = :id", id=lost)
    back = "update messages set state = 'waiting', claimed_at = null, settled_at = null where customer_id = :id"
    await world.execute(back, id=waiting)
    assert await world.states(campaign) == {"waiting": 1}


async def test_what_was_compared_is_never_compared_backwards(world: World) -> None:
    async with world.database.transaction() as tx:
        await repository.save_offsets(tx, {99: 10})
        await repository.save_offsets(tx, {99: 7})
        assert (await repository.offsets(tx))[99] == 10
        await tx.execute("delete from own_topic where partition = 99")
