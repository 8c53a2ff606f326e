"""One installation to be broken: its servers, its processes, a provider, proxies, a load, and the checker's eyes."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import asyncpg
from redis.asyncio import Redis

from deploy.local.installation import Installation
from deploy.local.stack import LocalStack
from tests.faults import poison, provider
from tests.faults.collect import Outside
from tests.faults.disks import Disk
from tests.faults.history import History, read_lines
from tests.faults.load import Load
from tests.faults.product import Doors, Marketed, edit_segment, resume_paused, start_one_off, until
from tests.faults.proxy import Proxy
from tests.faults.rebuilding import compare_read_models
from tests.faults.records import Evidence, Memory
from tests.faults.script import Mix, Step, step_of

CANARY_LIMIT_S = 30.0
_QUIET_LOOKS = 3


@dataclass(frozen=True)
class Setting:
    """How an installation is to be made."""

    scale: Mapping[str, int] = field(default_factory=dict)
    launchers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    mix: Mix = field(default_factory=Mix)
    proxied: bool = False
    version_before: bool = False
    drain_s: float = 150.0


class World:
    """What a fault may break. `stack` is None on shared servers, which must not be broken."""

    def __init__(
        self, folder: Path, seed: int, installation: Installation, doors: Doors, outside: Outside, mix: Mix,
        ports: Mapping[str, int], stack: LocalStack | None, proxies: Mapping[str, Proxy],
    ) -> None:  # fmt: skip
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)
        self.installation = installation
        self.doors = doors
        self.outside = outside
        self.proxies = proxies
        self.administrators: Mapping[str, str] = {}
        self.history = History(folder / "history.ndjson")
        self.load = Load(doors, outside.servers, self.history, seed, mix)
        self.marketed: Marketed
        self.counts: Counter[str] = Counter()
        self._market = asyncio.Event()
        self.remembered: list[Memory] = []
        self._stack = stack
        self._ports = ports
        self._log = folder / "provider" / provider.LOG
        self._canaries = 0
        self._poisoned = 0

    @property
    def stack(self) -> LocalStack:
        """The servers, for faults that break them."""
        assert self._stack is not None, "these servers belong to others too"
        return self._stack

    # --- what faults do

    def pid(self, name: str) -> int | None:
        """The process's id now; None between two lives."""
        return self.installation.supervisor.status()[name].pid

    def kill(self, name: str) -> None:
        """kill -9; the supervisor starts it again."""
        pid = self.pid(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
                self.counts["kills"] += 1

    def pause(self, name: str) -> int | None:
        """SIGSTOP; returns the process id, which `resume` needs."""
        pid = self.pid(name)
        if pid is not None:
            os.killpg(pid, signal.SIGSTOP)
            self.counts["pauses"] += 1
        return pid

    @staticmethod
    def resume(pid: int | None) -> None:
        """SIGCONT, if it still lives."""
        with suppress(ProcessLookupError):
            if pid is not None:
                os.killpg(pid, signal.SIGCONT)

    async def ready(self) -> None:
        """Every process answers."""
        await asyncio.to_thread(self.installation.wait_ready)

    def mail(self, mode: provider.Mode) -> None:
        """Change the provider's behaviour."""
        provider.set_mode(self._ports["control"], mode)

    def handed(self) -> list[dict[str, str]]:
        """The provider's log."""
        return read_lines(self._log)

    async def handed_more(self, count: int, limit_s: float = 120.0) -> None:
        """Return when the provider has kept `count` more mails than now."""
        goal = len(self.handed()) + count

        async def enough() -> bool:
            return len(self.handed()) >= goal

        await until(enough, limit_s, f"{count} more mails")

    async def mailed(self, who: Sequence[str], limit_s: float = 60.0) -> None:
        """Return when each of them has had a mail."""

        async def all_have() -> bool:
            return {f"{one}@example.test" for one in who} <= {row["to"] for row in self.handed()}

        await until(all_have, limit_s, "everybody has had a mail")

    @asynccontextmanager
    async def locked(self, service: str, statement: str) -> AsyncIterator[None]:
        """Hold a lock in a service's database, as somebody's long transaction does."""
        connection = await asyncpg.connect(self.outside.databases[service])
        try:
            async with connection.transaction():
                await connection.execute(statement)
                yield
        finally:
            connection.terminate()

    async def buy(self, who: str, times: int = 1, *, consent: bool = True) -> None:
        """A customer of a fault's own: agrees, then buys."""
        if consent:
            await self.step("grant", who)
        for number in range(times):
            await self.load.attempt(Step("purchase", f"{who}-{number}", who, {"ago": 0.0}))

    async def buy_again(self, who: str, number: int = 0) -> None:
        """A further purchase; the second one makes a fan of them."""
        await self.load.attempt(Step("purchase", f"{who}-again-{number}", who, {"ago": 0.0}))

    async def plant_poison(self, kinds: int = 8) -> None:
        """Records that nobody can handle."""
        self._poisoned = await poison.plant(self.doors, self.outside.servers, self.history, self.seed, kinds)

    async def settle_letters(self) -> None:
        """What an operator does about them."""
        await poison.settle(self.doors, self._poisoned)

    async def settle_whatever_lies_there(self) -> None:
        """The same, of letters that nobody has planted."""
        await self.drain(30.0)
        await poison.settle(self.doors, 0)

    async def publish_again(self) -> int:
        """Every record of every topic comes a second time; how many those are."""
        return await poison.publish_again(self.doors, self.outside.servers, self.seed)

    async def flush_redis(self) -> int:
        """Everything in Redis is gone; how many keys that were."""
        redis = Redis.from_url(self.installation.dsns.redis)
        keys = int(await redis.dbsize())
        await redis.flushall()
        await redis.aclose()
        return keys

    async def claimed(self) -> int:
        """How many messages senders have in hand."""
        return await self.outside.claimed()

    def disk(self, name: str) -> Disk:
        """The volume on which a server lies, of a stack that has some."""
        disks = getattr(self.stack, "disks", {})
        assert name in disks, "this stack has no small disks"
        return cast(Disk, disks[name])

    async def step(self, op: str, who: str) -> None:
        """One attempt of a fault's own, written into the history like the load's."""
        await self.load.attempt(step_of(op, who))

    async def merge_twins(self, who: str, *, undo: bool) -> None:
        """Two who buy, are one, and (`undo`) are two again."""
        twin = f"{who}-twin"
        await asyncio.gather(self.buy(who), self.buy(twin, consent=False))
        await self.load.attempt(Step("merge", f"{who}-merge", who, other=twin))
        await self.buy_again(who)
        if undo:
            await self.load.attempt(Step("undo", f"{who}-undo", who, other=twin))

    async def market(self, after: int = 100) -> None:
        """What marketing does meanwhile, when so many attempts were begun: a segment is edited, a one-off started."""
        await self.load.begin(after)
        await edit_segment(self.doors, self.marketed)
        await start_one_off(self.doors, self.marketed)
        self._market.set()

    async def operate(self) -> None:
        """Without end: campaigns that were paused because their senders were killed go on."""
        while True:
            self.counts["resumed by hand"] += await resume_paused(self.doors, self.marketed)
            await asyncio.sleep(2.0)

    async def marketing_is_done(self) -> None:
        """Return when nothing more is edited or started."""
        await self._market.wait()

    # --- after the dust has settled

    async def canary(self) -> float | None:
        """Seconds from a new customer's second purchase to the mail; None when none came in time. Attempts that fail
        are made again, as a publisher would."""
        self._canaries += 1
        who = f"canary{self.seed}-{self._canaries}"
        began = time.monotonic()

        async def mailed() -> bool:
            return any(row["to"] == f"{who}@example.test" for row in self.handed())

        while time.monotonic() - began < CANARY_LIMIT_S:
            done = {row["id"] for row in self.history.rows() if row["outcome"] == "ok" and row["who"] == who}
            if f"{who}-grant" not in done:
                await self.step("grant", who)
            for number in range(2):
                if f"{who}-{number}" not in done:
                    await self.load.attempt(Step("purchase", f"{who}-{number}", who, {"ago": 0.0}))
            with suppress(TimeoutError):
                await until(mailed, 3.0, "the canary")
                return time.monotonic() - began
        return None

    async def drain(self, limit_s: float) -> None:
        """Return when nothing was under way in several looks, or the limit is over (the checker then says what)."""
        quiet, deadline = 0, time.monotonic() + limit_s
        while quiet < _QUIET_LOOKS and time.monotonic() < deadline:
            quiet = quiet + 1 if not await self.outside.left() else 0
            await asyncio.sleep(0.5)

    async def evidence(self, fault: str, canary_s: float | None) -> Evidence:
        """What is there now."""
        seen = await self.outside.collect(self.history.rows(), self.handed(), self.marketed)
        seen.seed, seen.fault, seen.canary_s = self.seed, fault, canary_s
        for memory in self.remembered:
            memory.add_to(seen)
        # Last: the owners tell everything again for it.
        seen.rebuilt = await compare_read_models(self.installation.folder)
        return seen
