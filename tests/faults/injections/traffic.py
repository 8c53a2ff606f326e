"""What comes in, goes out and is asked for is doubled, late, broken, refused, withdrawn or not allowed."""

from __future__ import annotations

import asyncio

from tests.faults import provider
from tests.faults.injections.fault import MORE
from tests.faults.intruder import try_every_door
from tests.faults.world import World

# Until somebody has become a fan and their mail is at the provider.
_IN_TROUBLE_S = 6.0
_TROUBLES: tuple[provider.Mode, ...] = ("slow", "refuse-later", "drop", "kept-and-deferred", "refused-letter")


async def shuffle(world: World) -> None:
    """The load doubles and delays; then every record of every topic comes once more, in another order."""
    await world.load.begin(250)
    world.counts["records published again"] += await world.publish_again()
    await world.load.begin(60)


async def provider_in_trouble(world: World) -> None:
    """Slow, too busy, dropping connections after it has accepted, and answering the whole letter with 4xx (it has kept
    it) and 5xx (it has not), under a burst."""
    await world.load.begin(60)
    for mode in _TROUBLES:
        world.mail(mode)
        await world.load.begin(60)
        await asyncio.sleep(_IN_TROUBLE_S)
        world.mail("accept")
        await world.load.begin(20)


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
    await world.load.begin(MORE)


async def intrude(world: World) -> None:
    """Every operation of every service without a key, with a wrong one, and with one that lacks its scope, under load:
    each is refused, and nothing changes."""
    await world.load.begin(MORE)
    world.counts["intrusions refused"] += await try_every_door(world.doors)
    await world.load.begin(MORE)
