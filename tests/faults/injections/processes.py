"""Processes are killed, stopped for a while, and joined by others.

Locks taken from outside and a provider that holds its answer stop a process at the very point where it is to be broken:
the product has no hooks for tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.faults.injections.fault import MORE
from tests.faults.world import World

# The relay reads the outbox, sends, and cannot mark while somebody holds this lock.
_NO_PUBLISHED_MARK = "lock table outbox in share mode"
_SESSION_S = 8.0


def kill_each(kills: int) -> Callable[[World], Awaitable[None]]:
    """Fault 1: every process in turn, in an order that the seed decides."""

    async def run(world: World) -> None:
        names = world.installation.process_names()
        order: list[str] = []
        while len(order) < kills:
            order += world.chance.sample(names, len(names))
        for name in order[:kills]:
            await world.load.begin(world.chance.randrange(10, 30))
            world.kill(name)
        await world.ready()

    return run


async def kill_relay_before_the_mark(world: World) -> None:
    """The broker has acknowledged, the outbox does not know it yet."""
    for service in ("interactions", "analytics", "campaigns"):
        await world.load.begin(10)
        async with world.locked(service, _NO_PUBLISHED_MARK):
            await world.load.begin(15)
            world.kill(f"{service}.worker")
        await world.load.begin(15)
    await world.ready()


async def kill_sender_around_the_hand_over(world: World) -> None:
    """Before the permit, between permit and mail, with the mail kept and unanswered, answered and not yet settled."""
    await world.load.begin(MORE)
    asked = world.pause("privacy.app")
    await asyncio.sleep(2.0)
    world.kill("campaigns.worker")
    world.resume(asked)
    await world.load.begin(MORE)

    world.mail("hold-recipient")
    await asyncio.sleep(3.0)
    world.kill("campaigns.worker")
    world.mail("accept")
    await world.load.begin(MORE)

    world.mail("hold-answer")
    await world.handed_more(1)
    world.kill("campaigns.worker")
    world.mail("accept")
    await world.load.begin(MORE)

    async with world.locked("campaigns", _NO_PUBLISHED_MARK):
        await asyncio.sleep(2.0)
        world.kill("campaigns.worker")
    await world.load.begin(MORE)
    await world.ready()


async def stop_sender_after_its_claim(world: World) -> None:
    """SIGSTOP of one of two senders while it hands over; the other goes on; then the first wakes up."""
    await world.load.begin(MORE)
    for mode in ("hold-recipient", "hold-answer"):
        world.mail(mode)
        await asyncio.sleep(3.0)
        stopped = world.pause("campaigns.worker")
        world.counts["claimed by the stopped sender"] += await world.claimed()
        await asyncio.sleep(1.0)
        world.mail("accept")
        # Longer than a permit is valid, shorter than a supervisor's patience.
        await asyncio.sleep(12.5)
        world.resume(stopped)
        await world.load.begin(MORE)
    await world.ready()


async def stop_consumers_beyond_the_session(world: World) -> None:
    """Group members that the broker gives up, and that come back in the middle of a batch."""
    await world.load.begin(MORE)
    for names in (("analytics.worker", "customers.worker"), ("interactions.worker", "privacy.worker")):
        stopped = [world.pause(name) for name in names]
        await asyncio.sleep(_SESSION_S + 4)
        for pid in stopped:
            world.resume(pid)
        await world.load.begin(MORE)
    await world.ready()


async def workers_join_and_leave(world: World) -> None:
    """A Faust worker is killed, a second one joins, is killed, comes back, and leaves in an orderly way."""
    second = "analytics.worker-1"
    supervisor = world.installation.supervisor
    await world.load.begin(MORE)
    world.kill("analytics.worker")
    await world.load.begin(MORE)
    world.kill(second)
    await world.load.begin(MORE)
    await asyncio.to_thread(supervisor.remove, second)
    await world.load.begin(MORE)
    await asyncio.to_thread(supervisor.add, world.installation.child(second))
    await world.load.begin(MORE)
    await world.ready()
