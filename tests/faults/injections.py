"""The injected faults, numbered as in docs/promises.md. Each breaks a running world and returns when it is healed.

The load runs on all the while. Locks taken from outside and a provider that holds its answer stop a process at the very
point where it is to be broken: the product has no hooks for tests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from deploy.local.installation import SERVICES
from tests.faults.script import Mix
from tests.faults.world import Setting, World

# The relay reads the outbox, sends, and cannot mark while somebody holds this lock.
_NO_PUBLISHED_MARK = "lock table outbox in share mode"
_SESSION_S = 8.0
_MORE = 40


@dataclass(frozen=True)
class Fault:
    """`seconds`: about how long with start, drain and checks, on two cores."""

    number: int
    title: str
    run: Callable[[World], Awaitable[None]]
    seconds: int = 75
    setting: Setting = field(default_factory=Setting)
    brokers: int = 1


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
    await world.load.begin(_MORE)
    asked = world.pause("privacy.app")
    await asyncio.sleep(2.0)
    world.kill("campaigns.worker")
    world.resume(asked)
    await world.load.begin(_MORE)

    world.mail("hold-recipient")
    await asyncio.sleep(3.0)
    world.kill("campaigns.worker")
    world.mail("accept")
    await world.load.begin(_MORE)

    world.mail("hold-answer")
    await world.handed_more(1)
    world.kill("campaigns.worker")
    world.mail("accept")
    await world.load.begin(_MORE)

    async with world.locked("campaigns", _NO_PUBLISHED_MARK):
        await asyncio.sleep(2.0)
        world.kill("campaigns.worker")
    await world.load.begin(_MORE)
    await world.ready()


async def stop_sender_after_its_claim(world: World) -> None:
    """SIGSTOP of one of two senders while it hands over; the other goes on; then the first wakes up."""
    await world.load.begin(_MORE)
    for mode in ("hold-recipient", "hold-answer"):
        world.mail(mode)
        await asyncio.sleep(3.0)
        stopped = world.pause("campaigns.worker")
        await asyncio.sleep(1.0)
        world.mail("accept")
        # Longer than a permit is valid, shorter than a supervisor's patience.
        await asyncio.sleep(12.5)
        world.resume(stopped)
        await world.load.begin(_MORE)
    await world.ready()


async def stop_consumers_beyond_the_session(world: World) -> None:
    """Group members that the broker gives up, and that come back in the middle of a batch."""
    await world.load.begin(_MORE)
    for names in (("analytics.worker", "customers.worker"), ("interactions.worker", "privacy.worker")):
        stopped = [world.pause(name) for name in names]
        await asyncio.sleep(_SESSION_S + 4)
        for pid in stopped:
            world.resume(pid)
        await world.load.begin(_MORE)
    await world.ready()


async def brokers_down_and_back(world: World) -> None:
    """One broker of three, then all of them at once."""
    brokers = world.stack.brokers
    await world.load.begin(_MORE)
    brokers[0].kill9()
    await world.load.begin(_MORE)
    await asyncio.to_thread(brokers[0].start)
    await world.load.begin(_MORE)
    for broker in brokers:
        broker.kill9()
    await asyncio.sleep(18)
    for broker in brokers:
        broker.launch()
    for broker in brokers:
        await asyncio.to_thread(broker.await_ready)
    await world.load.begin(_MORE)
    await world.ready()


async def leaders_move(world: World) -> None:
    """Each of three brokers is stopped in an orderly way and started again, so that every partition's leader moves."""
    for broker in world.stack.brokers:
        await world.load.begin(_MORE)
        await asyncio.to_thread(broker.stop)
        await world.load.begin(_MORE)
        await asyncio.to_thread(broker.start)
        await asyncio.sleep(3)
    await world.ready()


async def crash_postgres(world: World) -> None:
    """kill -9 of every backend, during transactions and commits, three times; once it stays away for a while."""
    for away in (0.0, 0.0, 8.0):
        await world.load.begin(_MORE)
        world.stack.postgres.kill9()
        await asyncio.sleep(away)
        await asyncio.to_thread(world.stack.postgres.start)
    await world.load.begin(_MORE)
    await world.ready()


async def cut_connections(world: World) -> None:
    """Between the services and each of PostgreSQL, Kafka, Redis and the provider: reset, refused, and silent."""
    for proxy in world.proxies.values():
        await world.load.begin(15)
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
            world.proxies[name].blackhole()
            await asyncio.sleep(2)
            world.mail("accept")
            await asyncio.sleep(23)
            await world.load.begin(15)
    await world.ready()


async def shuffle(world: World) -> None:
    """The load doubles and delays; then every record of every topic comes once more, in another order."""
    await world.load.begin(250)
    await world.publish_again()
    await world.load.begin(60)


async def provider_in_trouble(world: World) -> None:
    """Slow, then too busy, then dropping connections after it has accepted, under a burst."""
    await world.load.begin(60)
    for mode in ("slow", "refuse-later", "accept", "drop", "accept"):
        world.mail(mode)
        await world.load.begin(80)


async def poison(world: World) -> None:
    """Eight kinds of it, on the outer door and between the services; then each letter is repaired, or discarded."""
    await world.load.begin(30)
    await world.plant_poison()
    await world.load.begin(100)
    await world.settle_letters()


async def withdrawals_race_a_fan_out(world: World, people: int = 40) -> None:
    """Many become fans while the provider holds back; they withdraw or are erased while their messages are in hand."""
    who = [f"race{world.seed}-{number}" for number in range(people)]
    await asyncio.gather(*(world.buy(name) for name in who))
    world.mail("slow")
    for start in range(0, len(who), 10):
        group = who[start : start + 10]
        await asyncio.gather(*(world.buy_again(name) for name in group))
        await asyncio.sleep(world.chance.random())
        await asyncio.gather(*(world.step("erase" if n % 5 == 0 else "withdraw", name) for n, name in enumerate(group)))
    world.mail("accept")
    await world.load.begin(_MORE)


async def workers_join_and_leave(world: World) -> None:
    """A Faust worker is killed, a second one joins, is killed, comes back, and leaves in an orderly way."""
    second = "analytics.worker-1"
    supervisor = world.installation.supervisor
    await world.load.begin(_MORE)
    world.kill("analytics.worker")
    await world.load.begin(_MORE)
    world.kill(second)
    await world.load.begin(_MORE)
    await asyncio.to_thread(supervisor.remove, second)
    await world.load.begin(_MORE)
    await asyncio.to_thread(supervisor.add, world.installation.child(second))
    await world.load.begin(_MORE)
    await world.ready()


async def break_redis(world: World) -> None:
    """Killed, emptied, silent."""
    valkey = world.stack.valkey
    await world.load.begin(_MORE)
    valkey.kill9()
    await world.load.begin(_MORE)
    await asyncio.to_thread(valkey.start)
    await world.load.begin(_MORE)
    await world.flush_redis()
    await world.load.begin(_MORE)
    valkey.pause()
    await asyncio.sleep(8)
    valkey.resume()
    await world.load.begin(_MORE)


async def short(world: World) -> None:
    """One kill of each process, one poison, one withdrawal race: what `make test` runs."""
    await kill_each(2 * len(SERVICES))(world)
    await world.plant_poison(kinds=1)
    await withdrawals_race_a_fan_out(world, people=20)
    await world.settle_letters()


_TWO_SENDERS = Setting(scale={"campaigns.worker": 2})
_TWO_LANES = Setting(scale={"analytics.worker": 2})
_UNTIDY = Setting(mix=Mix(doubled=0.2, late=0.15))
_BURST = Setting(mix=Mix(per_second=40.0, most=6_000, consenting=0.95, withdrawing=0.05))


def faults(kills: int) -> dict[int, Fault]:
    """Every fault by its number."""
    known = (
        Fault(1, f"kill -9, {kills} times over all processes", kill_each(kills), 60 + 2 * kills),
        Fault(2, "relay killed between ack and mark", kill_relay_before_the_mark),
        Fault(3, "sender killed around the hand-over", kill_sender_around_the_hand_over, 90),
        Fault(4, "sender stopped after its claim, resumed", stop_sender_after_its_claim, 110, _TWO_SENDERS),
        Fault(5, "consumers stopped beyond the session", stop_consumers_beyond_the_session, 100, _TWO_LANES),
        Fault(6, "one broker of three, then all", brokers_down_and_back, 150, brokers=3),
        Fault(7, "leaders move", leaders_move, 150, brokers=3),
        Fault(8, "PostgreSQL crashes", crash_postgres, 90),
        Fault(9, "connections cut, refused, silent", cut_connections, 170, Setting(proxied=True)),
        Fault(11, "duplicates, late, shuffled, all again", shuffle, 80, _UNTIDY),
        Fault(12, "provider slow, busy, dropping, burst", provider_in_trouble, 90, _BURST),
        Fault(14, "eight kinds of poison", poison),
        Fault(15, "withdrawal and erasure race a fan-out", withdrawals_race_a_fan_out),
        Fault(17, "Faust worker killed, second joins, leaves", workers_join_and_leave, 90, _TWO_LANES),
        Fault(18, "Redis killed, emptied, silent", break_redis),
    )
    return {fault.number: fault for fault in known}


SHORT = Fault(0, "short: each process killed, a poison, a race", short, 120)
