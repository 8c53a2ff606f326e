"""Servers are killed, emptied and filled up, and what lies between them and the services is cut."""

from __future__ import annotations

import asyncio

from tests.faults.injections.fault import MORE
from tests.faults.world import World

# A broker's volume needs its log directories whole: it stops when it cannot write. A database's server gives up in the
# middle of its log, starts again, and gives up once more while there is no room.
_FULL_S = 8.0


async def brokers_down_and_back(world: World) -> None:
    """One broker of three, then all of them at once."""
    brokers = world.stack.brokers
    await world.load.begin(MORE)
    brokers[0].kill9()
    world.counts["brokers killed"] += 1
    await world.load.begin(MORE)
    await asyncio.to_thread(brokers[0].start)
    await world.load.begin(MORE)
    for broker in brokers:
        broker.kill9()
        world.counts["brokers killed"] += 1
    await asyncio.sleep(18)
    for broker in brokers:
        broker.launch()
    for broker in brokers:
        await asyncio.to_thread(broker.await_ready)
    await world.load.begin(MORE)
    await world.ready()


async def leaders_move(world: World) -> None:
    """Each of three brokers is stopped in an orderly way and started again, so that every partition's leader moves."""
    for broker in world.stack.brokers:
        await world.load.begin(MORE)
        await asyncio.to_thread(broker.stop)
        world.counts["brokers stopped"] += 1
        await world.load.begin(MORE)
        await asyncio.to_thread(broker.start)
        await asyncio.sleep(3)
    await world.ready()


async def crash_postgres(world: World) -> None:
    """kill -9 of every backend, during transactions and commits, three times; once it stays away for a while."""
    for away in (0.0, 0.0, 8.0):
        await world.load.begin(MORE)
        world.stack.postgres.kill9()
        world.counts["crashes"] += 1
        await asyncio.sleep(away)
        await asyncio.to_thread(world.stack.postgres.start)
    await world.load.begin(MORE)
    await world.ready()


async def cut_connections(world: World) -> None:
    """Between the services and each of PostgreSQL, Kafka, Redis and the provider: reset, refused, and silent."""
    for proxy in world.proxies.values():
        await world.load.begin(15)
        world.counts["connections cut"] += proxy.open
        proxy.cut()
        await world.load.begin(15)
        proxy.refuse()
        await asyncio.sleep(4)
        proxy.heal()
        await world.load.begin(15)
    for name in ("postgres", "kafka"):
        if name in world.proxies:
            # With a mail in hand: it is kept, and its outcome cannot be stored for a while.
            world.mail("hold-answer")
            await world.handed_more(1)
            world.counts["connections silenced"] += world.proxies[name].open
            world.proxies[name].blackhole()
            await asyncio.sleep(2)
            world.mail("accept")
            await asyncio.sleep(23)
            await world.load.begin(15)
    await world.ready()


async def break_redis(world: World) -> None:
    """Killed, emptied, silent."""
    valkey = world.stack.valkey
    await world.load.begin(MORE)
    valkey.kill9()
    await world.load.begin(MORE)
    await asyncio.to_thread(valkey.start)
    await world.load.begin(MORE)
    world.counts["keys of Redis lost"] += await world.flush_redis()
    await world.load.begin(MORE)
    valkey.pause()
    await asyncio.sleep(8)
    valkey.resume()
    await world.load.begin(MORE)


async def fill_the_disks(world: World) -> None:
    """The volume of PostgreSQL, then that of the broker, has no room left for a while; then it has again."""
    await world.load.begin(MORE)
    for disk, server in (("postgres", world.stack.postgres), ("kafka", world.stack.brokers[0])):
        with world.disk(disk).filled() as volume:
            world.counts[f"full disks of {disk}"] += volume.is_full
            await world.load.begin(MORE)
            await asyncio.sleep(_FULL_S)
        # Who runs it has made room, and starts what has given up.
        await asyncio.to_thread(server.start)
        await world.load.begin(MORE)
    await world.ready()
