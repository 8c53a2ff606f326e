"""The injected faults, numbered as in docs/promises.md. Each breaks a running world and returns when it is healed; the
load runs on all the while."""

from __future__ import annotations

from deploy.local.installation import SERVICES
from tests.faults.injections import changes, processes, servers, traffic
from tests.faults.injections.fault import Fault
from tests.faults.script import Mix
from tests.faults.world import Setting, World

__all__ = ["SHORT", "Fault", "faults"]


async def short(world: World) -> None:
    """One kill of each process, one poison, one withdrawal race: what `make test` runs."""
    await processes.kill_each(2 * len(SERVICES))(world)
    await world.plant_poison(kinds=1)
    await traffic.withdrawals_race_a_fan_out(world, people=20)
    await world.settle_letters()


_TWO_SENDERS = Setting(scale={"campaigns.worker": 2})
_TWO_LANES = Setting(scale={"analytics.worker": 2})
_UNTIDY = Setting(mix=Mix(doubled=0.2, late=0.15))
_BURST = Setting(mix=Mix(per_second=40.0, most=6_000, consenting=0.95, withdrawing=0.05))
_SKEWED = Setting(launchers=dict.fromkeys(changes.SKEWED, ("tests.faults.skewed",)))
_SERVICES_BEFORE = Setting(version_before=True)


def faults(kills: int) -> dict[int, Fault]:
    """Every fault by its number."""
    known = (
        Fault(1, f"kill -9, {kills} times over all processes", processes.kill_each(kills), 110 + 2 * kills,
              strikes={"kills": kills}),
        Fault(2, "relay killed between ack and mark", processes.kill_relay_before_the_mark,
              strikes={"kills": 3, "ids published again": 1}),
        Fault(3, "sender killed around the hand-over", processes.kill_sender_around_the_hand_over,
              strikes={"kills": 4, "unknown": 1}),
        Fault(4, "sender stopped after its claim, resumed", processes.stop_sender_after_its_claim, 160, _TWO_SENDERS,
              strikes={"pauses": 2, "claimed by the stopped sender": 1}),
        Fault(5, "consumers stopped beyond the session", processes.stop_consumers_beyond_the_session, 150, _TWO_LANES,
              strikes={"pauses": 4}),
        Fault(6, "one broker of three, then all", servers.brokers_down_and_back, 200, brokers=3,
              strikes={"brokers killed": 4, "attempts hindered": 1}),
        Fault(7, "leaders move", servers.leaders_move, 200, brokers=3, strikes={"brokers stopped": 3}),
        Fault(8, "PostgreSQL crashes", servers.crash_postgres, strikes={"crashes": 3, "attempts hindered": 1}),
        Fault(9, "connections cut, refused, silent", servers.cut_connections, 220, Setting(proxied=True),
              strikes={"connections cut": 20, "connections silenced": 5}),
        Fault(10, "clocks two hours ahead, ten minutes behind", changes.set_clocks_wrong, 150, _SKEWED,
              strikes={"processes with a wrong clock": 4}),
        Fault(11, "duplicates, late, shuffled, all again", traffic.shuffle, 130, _UNTIDY,
              strikes={"records published again": 500, "ids published again": 100}),
        Fault(12, "provider slow, busy, dropping, 4xx and 5xx after DATA", traffic.provider_in_trouble, 140, _BURST,
              strikes={"unknown": 2, "kept and deferred": 1, "letters refused": 1}),
        Fault(13, "disks of PostgreSQL and the broker full", servers.fill_the_disks, 160, small_disks=True,
              strikes={"full disks of postgres": 1, "full disks of kafka": 1, "attempts hindered": 1}),
        Fault(14, "eight kinds of poison", traffic.poison, strikes={"letters": 8}),
        Fault(15, "withdrawal and erasure race a fan-out", traffic.withdrawals_race_a_fan_out,
              strikes={"refused for consent": 5, "erased": 4}),
        Fault(16, "the version before beside this one", changes.roll_out, 200, _SERVICES_BEFORE,
              strikes={"processes of the version before": 10}),
        Fault(17, "Faust worker killed, second joins, leaves", processes.workers_join_and_leave, 140, _TWO_LANES,
              strikes={"kills": 2}),
        Fault(18, "Redis killed, emptied, silent", servers.break_redis, strikes={"keys of Redis lost": 1}),
        Fault(19, "each database restored from a backup", changes.restore_each_database, 300,
              strikes={"restored": 5, "rows forgotten": 50, "erasures newer than a backup": 4}),
        Fault(20, "wrong keys and scopes on every operation", traffic.intrude, strikes={"intrusions refused": 300}),
    )  # fmt: skip
    return {fault.number: fault for fault in known}


SHORT = Fault(
    0,
    "short: each process killed, a poison, a race",
    short,
    170,
    strikes={"kills": 10, "letters": 1, "erased": 2},
)
