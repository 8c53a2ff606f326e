"""What changes under the services while they run: a machine's clock, their version, a database that goes back."""

from __future__ import annotations

import asyncio

from deploy.local.installation import SERVICES
from tests.faults import going_back, skewed
from tests.faults.injections.fault import MORE
from tests.faults.world import World

SKEWED = ("interactions.worker", "customers.worker")
_HOURS, _MINUTES = 3600.0, 60.0
_SEEN_S = 30.0


async def set_clocks_wrong(world: World) -> None:
    """The machine of two relays is two hours ahead, then ten minutes behind, then right."""
    await world.load.begin(MORE)
    for seconds in (2 * _HOURS, -10 * _MINUTES):
        await skewed.set_clock(world.folder, seconds)
        await world.load.begin(2 * MORE)
        world.counts["processes with a wrong clock"] += skewed.seen(world.folder, seconds)
    await skewed.set_clock(world.folder, 0.0)
    await world.load.begin(MORE)
    # A clock that is behind sees what comes straight from the tills in its future; an operator lets it in again.
    await world.settle_whatever_lies_there()


async def roll_out(world: World) -> None:
    """The version before runs on the schema of this one; then each process is replaced by its successor, under load."""
    await world.load.begin(2 * MORE)
    world.counts["processes of the version before"] += going_back.processes_of_before(world)
    for service in SERVICES:
        for kind in ("worker", "app"):
            await asyncio.to_thread(going_back.replace_by_this_version, world, f"{service}.{kind}")
            await world.load.begin(MORE // 2)
    await world.ready()


async def restore_each_database(world: World) -> None:
    """Each database goes back to a backup that is older than what was recorded, sent and erased since."""
    await world.marketing_is_done()
    for service in SERVICES:
        async with world.load.without(_SAID_AT[service]):
            backup = await going_back.backup_of(world, service)
            await world.load.begin(2 * MORE)
            if service != "privacy":
                # Somebody whom the backup knows is erased since: it brings them back.
                await world.step("erase", going_back.somebody_in(world, backup))
                world.counts["erasures newer than a backup"] += 1
            await world.buy(f"restored{world.seed}-{service}", 2, consent=service != "privacy")
            await going_back.restore(world, backup)
        await world.load.begin(MORE)
    await world.ready()


# What is said over HTTP to the service alone goes with its backup; the publishers of everything else say it to a topic.
_SAID_AT: dict[str, frozenset[str]] = {
    "customers": frozenset({"merge", "undo"}),
    "privacy": frozenset({"grant", "withdraw", "erase"}),
    "interactions": frozenset(),
    "analytics": frozenset(),
    "campaigns": frozenset(),
}
