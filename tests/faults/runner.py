"""Runs one fault from a fresh installation to the verdict."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.stack import Dsns, LocalStack
from tests.faults.injections import Fault
from tests.faults.invariants import INVARIANTS, check
from tests.faults.opening import open_world
from tests.faults.proxied_stack import ProxiedStack
from tests.faults.records import Evidence, save
from tests.faults.small_stack import SmallStack
from tests.faults.strikes import struck

Log = Callable[[str], None]


@dataclass
class Verdict:
    """What came of one run. `error` is set when the run itself could not be carried through."""

    title: str
    seconds: float
    violations: dict[str, list[str]] = field(default_factory=dict)
    evidence: Evidence | None = None
    error: str | None = None

    @property
    def green(self) -> bool:
        """Every invariant holds."""
        return self.error is None and not any(self.violations.values())


class Servers:
    """Stacks of one and of three brokers, and one on small disks, started when first needed, under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stacks = ExitStack()
        self._known: dict[tuple[int, bool], LocalStack] = {}

    def stack(self, brokers: int, *, small_disks: bool = False) -> LocalStack:
        """The stack with so many brokers; one at a time runs, to spare the machine."""
        kind = brokers, small_disks
        if kind not in self._known:
            self.stop()
            folder = self._folder / (f"stack-{brokers}" + ("-small" if small_disks else ""))
            stack = SmallStack(folder) if small_disks else ProxiedStack(folder, brokers)
            self._known[kind] = self._stacks.enter_context(stack)
        return self._known[kind]

    def stop(self) -> None:
        """Everything."""
        self._stacks.close()
        self._known.clear()


def run_fault(fault: Fault, seed: int, folder: Path, dsns: Dsns, stack: LocalStack | None, log: Log) -> Verdict:
    """Start, break under load, heal, canary, drain, collect, check."""
    began = time.monotonic()
    verdict = Verdict(fault.title, 0.0)
    try:
        verdict.evidence = asyncio.run(_run(fault, seed, folder, dsns, stack, log))
        verdict.violations = check(verdict.evidence)
    except Exception as error:
        verdict.error = f"{type(error).__name__}: {error}"
        (folder / "error.txt").write_text(traceback.format_exc())
    verdict.seconds = time.monotonic() - began
    return verdict


async def _run(fault: Fault, seed: int, folder: Path, dsns: Dsns, stack: LocalStack | None, log: Log) -> Evidence:
    async with open_world(folder, seed, dsns, fault.setting, stack) as world:
        load = asyncio.create_task(world.load.run())
        marketing = asyncio.create_task(world.market())
        operator = asyncio.create_task(world.operate())
        try:
            await fault.run(world)
        finally:
            world.mail("accept")
            world.load.stopping = True
        await marketing
        canary = await world.canary()
        await load
        await world.drain(fault.setting.drain_s)
        operator.cancel()
        evidence = await world.evidence(fault.title, canary)
        evidence.struck = struck(fault.strikes, world.counts, evidence)
        save(evidence, folder / "evidence.json.gz")
        log(
            f"   {world.load.begun} attempts, {len(evidence.events)} records on Kafka, {len(evidence.handed)} mails, "
            f"canary {'none' if canary is None else f'{canary:.1f} s'}"
        )
        return evidence


def table(rows: list[tuple[str, Verdict]]) -> str:
    """Faults × invariants as Markdown: how often each is violated, · for never."""
    head = ["fault", *INVARIANTS, "seconds"]
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name, verdict in rows:
        if verdict.error is not None:
            cells = ["—"] * len(INVARIANTS)
            name = f"{name} ({verdict.error[:60]})"
        else:
            cells = [str(len(verdict.violations[name])) if verdict.violations[name] else "·" for name in INVARIANTS]
        lines.append("| " + " | ".join([name, *cells, f"{verdict.seconds:.0f}"]) + " |")
    return "\n".join(lines)
