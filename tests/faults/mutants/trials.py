"""For each planted fault: which processes carry it, what is done to them, and which invariants must be violated."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.compact import compact
from tests.faults.injections import Fault
from tests.faults.records import save
from tests.faults.runner import Log, Servers, run_fault
from tests.faults.script import Mix
from tests.faults.world import Setting, World

RECORDED = Path(__file__).parents[1] / "evidence"
_WORKERS = tuple(f"{service}.worker" for service in ("customers", "interactions", "analytics", "campaigns", "privacy"))
_SMALL = Mix(most=250, faulty=0.0, merging=0.1, complaining=0.2)


@dataclass(frozen=True)
class Trial:
    """`planted` in the processes named; at least the invariants in `breaks` must go red. None: nothing is planted, and
    all must stay green."""

    planted: str | None
    processes: tuple[str, ...]
    run: Callable[[World], Awaitable[None]]
    breaks: frozenset[str]
    two_senders: bool = False

    @property
    def name(self) -> str:
        """Of the recorded evidence."""
        return self.planted or "good"


async def _again(world: World) -> None:
    await world.load.begin(100)
    await asyncio.sleep(3)
    await world.publish_again()
    await world.load.begin(30)


async def _kill_recorder(world: World) -> None:
    for _ in range(3):
        await world.load.begin(30)
        world.kill("interactions.worker")
        await world.ready()


async def _all_sorts(world: World) -> None:
    """What a sound run must contain to show the checker at work: killed processes, and erased people who had mail."""
    await _kill_recorder(world)
    who = [f"gone{world.seed}-{number}" for number in range(3)]
    await asyncio.gather(*(world.buy(one, 2) for one in who))
    await world.mailed(who)
    await asyncio.gather(*(world.step("erase", one) for one in who))
    for number in range(2):
        await world.merge_twins(f"twin{world.seed}-{number}", undo=number == 0)
    await world.load.begin(60)


async def _buy_in_bursts(world: World) -> None:
    who = [f"burst{world.seed}-{number}" for number in range(5)]
    await asyncio.gather(*(world.buy(one) for one in who))
    # Each of them many times at once, so that several events of one customer lie in the outbox together.
    await asyncio.gather(*(world.buy_again(one, number) for number in range(12) for one in who))
    await world.load.begin(30)


async def _hold_answers(world: World) -> None:
    await world.load.begin(60)
    world.mail("hold-answer")
    await world.load.begin(60)
    await asyncio.sleep(7)
    world.mail("accept")


async def _just_run(world: World) -> None:
    await world.load.begin(120)


async def _poison(world: World) -> None:
    await world.load.begin(40)
    await world.plant_poison()
    await world.load.begin(40)


TRIALS = (
    Trial(None, (), _all_sorts, frozenset()),
    Trial("no-inbox", _WORKERS, _again, frozenset({"I8", "I9"})),
    Trial("offset-first", ("interactions.worker",), _kill_recorder, frozenset({"I1"})),
    Trial("mark-first", ("interactions.worker",), _kill_recorder, frozenset({"I1", "I2"})),
    Trial("two-relays", ("interactions.worker",), _buy_in_bursts, frozenset({"I6"})),
    Trial("no-uniqueness", ("campaigns.worker",), _again, frozenset({"I3", "I4"})),
    Trial("lease", ("campaigns.worker",), _hold_answers, frozenset({"I4"}), two_senders=True),
    Trial("no-permit", ("campaigns.worker",), _just_run, frozenset({"I7"})),
    Trial("swallow", ("interactions.worker",), _poison, frozenset({"I1"})),
)


def run_trials(names: Sequence[str], seed: int, folder: Path, servers: Servers, log: Log, record: bool) -> bool:
    """Run those named, or all; True when each broke what it must break (and the one without a planted fault nothing).

    `record` keeps what was seen as the evidence by which the checker itself is tested.
    """
    chosen = [trial for trial in TRIALS if not names or trial.name in names]
    caught = [_caught(trial, seed, folder, servers, log, record) for trial in chosen]
    log(f"\n{sum(caught)} of {len(caught)} trials came out as they must")
    return all(caught)


def _caught(trial: Trial, seed: int, folder: Path, servers: Servers, log: Log, record: bool) -> bool:
    launcher = ("tests.faults.mutants.run", trial.planted) if trial.planted else ()
    setting = Setting(
        scale={"campaigns.worker": 2} if trial.two_senders else {},
        launchers=dict.fromkeys(trial.processes, launcher),
        mix=_SMALL,
        drain_s=20.0 if trial.planted else 60.0,
    )
    stack = servers.stack(1)
    log(f"\nmutant {trial.name}")
    verdict = run_fault(
        Fault(0, trial.name, trial.run, 60, setting), seed, folder / f"mutant-{trial.name}", stack.dsns, stack, log
    )
    red = {name for name, violations in verdict.violations.items() if violations}
    for name in sorted(red):
        log(f"   {name}: {verdict.violations[name][0][:200]}")
    if record and verdict.evidence is not None:
        save(compact(verdict.evidence), RECORDED / f"{trial.name}.json.gz")
    right = verdict.error is None and (trial.breaks <= red if trial.planted else not red)
    log(f"   {'as it must be' if right else f'NOT AS IT MUST BE: {verdict.error or sorted(red)}'}")
    return right
