"""One installation to be broken: its servers, its processes, a provider, proxies, a load, and the checker's eyes."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
from aiokafka.admin import AIOKafkaAdminClient
from redis.asyncio import Redis

from deploy.local.installation import SERVICES, Installation, Plan
from deploy.local.ports import keep_or_choose
from deploy.local.stack import Dsns, LocalStack
from shared.leash import spawn
from tests.faults import poison, provider
from tests.faults.collect import Outside
from tests.faults.history import History, read_lines
from tests.faults.load import Load, Mix, Step, body_of
from tests.faults.product import Doors, open_campaign, until
from tests.faults.proxy import Proxy
from tests.faults.records import Evidence

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
    drain_s: float = 150.0


class World:
    """What a fault may break. `stack` is None on shared servers, which must not be broken."""

    def __init__(
        self, folder: Path, seed: int, installation: Installation, doors: Doors, outside: Outside, mix: Mix,
        ports: Mapping[str, int], stack: LocalStack | None, proxies: Mapping[str, Proxy],
    ) -> None:  # fmt: skip
        self.seed = seed
        self.chance = random.Random(seed)
        self.installation = installation
        self.doors = doors
        self.outside = outside
        self.proxies = proxies
        self.history = History(folder / "history.ndjson")
        self.load = Load(doors, outside.servers, self.history, seed, mix)
        self.campaign: dict[str, str] = {}
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

    def pause(self, name: str) -> int | None:
        """SIGSTOP; returns the process id, which `resume` needs."""
        pid = self.pid(name)
        if pid is not None:
            os.killpg(pid, signal.SIGSTOP)
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
        provider.tell(self._ports["control"], mode)

    def handed(self) -> list[dict[str, str]]:
        """The provider's log."""
        return read_lines(self._log)

    async def handed_more(self, count: int, limit_s: float = 30.0) -> None:
        """Return when the provider has kept `count` more mails than now."""
        goal = len(self.handed()) + count

        async def enough() -> bool:
            return len(self.handed()) >= goal

        await until(enough, limit_s, f"{count} more mails")

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

    async def publish_again(self) -> None:
        """Every record of every topic comes a second time."""
        await poison.publish_again(self.doors, self.outside.servers, self.seed)

    async def flush_redis(self) -> None:
        """Everything in Redis is gone."""
        redis = Redis.from_url(self.installation.dsns.redis)
        await redis.flushall()
        await redis.aclose()

    async def step(self, op: str, who: str) -> None:
        """One attempt of a fault's own, written into the history like the load's."""
        await self.load.attempt(Step(op, f"{who}-{op}", who, body_of(op, who)))

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
        seen = await self.outside.collect(self.history.rows(), self.handed(), self.campaign)
        seen.seed, seen.fault, seen.canary_s = self.seed, fault, canary_s
        return seen


@asynccontextmanager
async def open_world(
    folder: Path, seed: int, dsns: Dsns, setting: Setting, stack: LocalStack | None = None
) -> AsyncIterator[World]:
    """Everything started and the campaign running; at the end every process is stopped and what was made is dropped."""
    ports = keep_or_choose({}, ["smtp", "control", "proxy-postgres", "proxy-redis", "proxy-smtp"])
    prefix = f"f{secrets.token_hex(3)}-"
    post = _provider(folder, ports)
    proxies = _proxies(dsns, ports, stack) if setting.proxied else {}
    through = _through(dsns, ports, stack) if setting.proxied else dsns
    smtp = ports["proxy-smtp" if setting.proxied else "smtp"]
    plan = Plan(
        smtp=("127.0.0.1", smtp), topic_prefix=prefix, scale=setting.scale, launchers=setting.launchers, env=setting.env
    )
    installation = Installation(folder, through, plan)
    direct = Installation(folder, dsns, plan)
    try:
        await asyncio.to_thread(direct.prepare)
        await asyncio.to_thread(installation.start)
        databases = {service: direct.database_url(service) for service in SERVICES}
        async with Doors(installation) as doors:
            outside = Outside(installation, doors, dsns.kafka, databases)
            world = World(folder, seed, installation, doors, outside, setting.mix, ports, stack, proxies)
            world.campaign = await open_campaign(doors)
            yield world
    finally:
        await asyncio.to_thread(installation.stop)
        post.kill()
        for proxy in proxies.values():
            proxy.stop()
        if stack is None:
            await _drop(dsns, direct, prefix)


def _provider(folder: Path, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
    argv = [
        sys.executable, "-m", "tests.faults.provider", "--folder", str(folder / "provider"),
        "--smtp-port", str(ports["smtp"]), "--control-port", str(ports["control"]),
    ]  # fmt: skip
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    with (folder / "logs" / "provider.log").open("ab") as log:
        process = spawn(argv, output=log)
    deadline = time.monotonic() + 20
    while True:
        try:
            provider.tell(ports["control"], "accept")
            return process
        except OSError:
            if time.monotonic() > deadline or not psutil.pid_exists(process.pid):
                raise
            time.sleep(0.1)


def _proxies(dsns: Dsns, ports: Mapping[str, int], stack: LocalStack | None) -> dict[str, Proxy]:
    proxies = {
        "postgres": Proxy(ports["proxy-postgres"], address_of(dsns.postgres)),
        "redis": Proxy(ports["proxy-redis"], address_of(dsns.redis)),
        "smtp": Proxy(ports["proxy-smtp"], ("127.0.0.1", ports["smtp"])),
    }
    far = getattr(stack, "far", None)
    if far is not None:
        proxies["kafka"] = Proxy(far[0], ("127.0.0.1", far[1]))
    for proxy in proxies.values():
        proxy.start()
    return proxies


def _through(dsns: Dsns, ports: Mapping[str, int], stack: LocalStack | None) -> Dsns:
    far = getattr(stack, "far", None)
    return Dsns(
        moved(dsns.postgres, ports["proxy-postgres"]),
        moved(dsns.redis, ports["proxy-redis"]),
        f"127.0.0.1:{far[0]}" if far is not None else dsns.kafka,
    )


def moved(url: str, port: int) -> str:
    """The same URL on another port of loopback."""
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return parts._replace(netloc=f"{login}@127.0.0.1:{port}").geturl()


def address_of(url: str) -> tuple[str, int]:
    """Host and port of a DSN."""
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port


async def _drop(dsns: Dsns, installation: Installation, prefix: str) -> None:
    connection = await asyncpg.connect(dsns.postgres)
    for service in SERVICES:
        name = urlsplit(installation.database_url(service)).path[1:]
        await connection.execute(f'drop database if exists "{name}" with (force)')
    await connection.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=dsns.kafka)
    await admin.start()
    left = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
    await admin.delete_topics(left)
    await admin.close()
