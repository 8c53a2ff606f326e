"""What the rows stand on: the servers, and sites of the product with databases and topics of their own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local import Dsns, LocalStack
from deploy.local.installation import SERVICES, Installation, Plan
from deploy.local.keys import write_key_file
from shared.config import ServiceSettings
from shared.contracts.topics import ON_THE_BROKER
from shared.kafka.clients import create_topics
from shared.processes.supervisor import Child, Supervisor
from tests.bench.load import SOURCE
from tests.bench.measure import until

_TEMPLATE = "bench-empty-"
# Benchmarks measure the service behind the door, not the limit per key in front of it.
_NO_LIMIT = {"REQUESTS_PER_SECOND": "1000000"}


class Site:
    """An installation of which only the named processes run."""

    def __init__(self, installation: Installation, profiled: Mapping[str, Path] | None = None) -> None:
        self.installation = installation
        self._profiled = profiled or {}
        self.prefix = installation.plan.topic_prefix

    def settings(self, service: str) -> ServiceSettings:
        """What the kernel's functions need to reach this site's topics and databases."""
        return ServiceSettings(
            database_url=self.installation.database_url(service),
            kafka_bootstrap=self.installation.dsns.kafka,
            redis_url=self.installation.dsns.redis,
            topic_prefix=self.prefix,
            api_keys_file=self.installation.folder / "api-keys.json",
        )

    def header(self, role: str) -> str:
        """The authorisation of a role."""
        return f"Bearer {self.installation.keys[role]}"

    @contextlib.asynccontextmanager
    async def running(self, *names: str) -> AsyncIterator[dict[str, int]]:
        """These processes run inside, and are ready; gives their process ids by name."""
        supervisor = Supervisor([self._child(name) for name in names])
        await asyncio.to_thread(supervisor.start)
        try:
            for name in names:
                await until(lambda name=name: self._ready(name), f"{name} ready")  # type: ignore[misc]
            yield {name: status.pid for name, status in supervisor.status().items() if status.pid}
        finally:
            await asyncio.to_thread(supervisor.stop)

    def _child(self, name: str) -> Child:
        child = self.installation.child(name)
        if name not in self._profiled:
            return child
        argv = [sys.executable, "-m", "tests.bench.profiled", child.argv[-1], str(self._profiled[name])]
        return replace(child, argv=argv)

    async def _ready(self, name: str) -> bool:
        return b" 200 " in (await self.get(name, "/health/ready"))[:20]

    async def get(self, name: str, path: str) -> bytes:
        """A plain GET at a process of this site; empty when it does not answer. Health has a port of its own."""
        health = urlsplit(self.installation.health_url(name)).port
        port = health if path.startswith("/health") else self.installation.ports[name]
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.read(), 5)
            writer.close()
        except (OSError, TimeoutError):
            return b""
        return answer

    @contextlib.asynccontextmanager
    async def database(self, service: str) -> AsyncIterator[Any]:
        """A connection to a service's database."""
        connection = await asyncpg.connect(self.installation.administrators_url(service), timeout=10)
        try:
            yield connection
        finally:
            await connection.close()


class Ground:
    """The servers: those named in the environment, otherwise a local stack in `folder`, removed at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._stack: LocalStack | None = None
        self._has_template = False
        self.profiled: dict[str, Path] = {}
        self.dsns: Dsns

    def __enter__(self) -> Ground:
        names = ("POSTGRES_DSN", "REDIS_DSN", "KAFKA_BOOTSTRAP")
        if all(os.environ.get(name) for name in names):
            self.dsns = Dsns(*(os.environ[name] for name in names))
        else:
            self._stack = LocalStack(self.folder / "stack")
            self.dsns = self._stack.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stack is not None:
            self._stack.stop()
            shutil.rmtree(self.folder / "stack", ignore_errors=True)
        else:
            asyncio.run(self._remove(self._installation(_TEMPLATE.rstrip("-"), Plan(topic_prefix=_TEMPLATE))))
        shutil.rmtree(self.folder / "sites", ignore_errors=True)

    @property
    def server_pids(self) -> dict[str, int]:
        """The servers' main processes, where they are ours."""
        return {part.name: part.pid for part in self._stack.parts} if self._stack else {}

    @contextlib.asynccontextmanager
    async def site(
        self,
        name: str,
        *,
        like: Site | None = None,
        scale: Mapping[str, int] | None = None,
        smtp: tuple[str, int] = ("127.0.0.1", 2525),
        env: Mapping[str, str] | None = None,
    ) -> AsyncIterator[Site]:
        """A site with empty databases, or with copies of another's; gone afterwards."""
        source = like.installation if like else await asyncio.to_thread(self._template)
        prefix = f"bench-{name}-"
        plan = Plan(smtp=smtp, topic_prefix=prefix, scale=scale or {}, env=_NO_LIMIT | dict(env or {}), tills=[SOURCE])
        site = Site(self._installation(f"bench-{name}", plan), self.profiled)
        if like:  # ids that were derived there must be derived here as well
            site.installation.keys = dict(like.installation.keys)
        write_key_file(site.installation.folder, site.installation.keys)
        await self._copy(source, site.installation)
        await site.installation.own_databases()
        await create_topics(site.settings("interactions"))
        try:
            yield site
        finally:
            await self._remove(site.installation)

    def _installation(self, name: str, plan: Plan) -> Installation:
        return Installation(self.folder / "sites" / name, self.dsns, plan)

    def _template(self) -> Installation:
        installation = self._installation(_TEMPLATE.rstrip("-"), Plan(topic_prefix=_TEMPLATE))
        if not self._has_template:
            installation.prepare()
            self._has_template = True
        return installation

    async def _copy(self, source: Installation, target: Installation) -> None:
        async with _server(self.dsns) as server:
            for service in SERVICES:
                old, new = (_database(one, service) for one in (source, target))
                await server.execute(f'drop database if exists "{new}" with (force)')
                await server.execute(f'create database "{new}" template "{old}" strategy file_copy')

    async def _remove(self, installation: Installation) -> None:
        async with _server(self.dsns) as server:
            for service in SERVICES:
                await server.execute(f'drop database if exists "{_database(installation, service)}" with (force)')
                await server.execute(f'drop role if exists "{_database(installation, service)}"')
        admin = AIOKafkaAdminClient(bootstrap_servers=self.dsns.kafka)
        await admin.start()
        try:
            own = {f"{installation.plan.topic_prefix}{topic.name}" for topic in ON_THE_BROKER}
            await admin.delete_topics(sorted(own & set(await admin.list_topics())))
        finally:
            await admin.close()
        shutil.rmtree(installation.folder, ignore_errors=True)


def _database(installation: Installation, service: str) -> str:
    return installation.database_name(service)


@contextlib.asynccontextmanager
async def _server(dsns: Dsns) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsns.postgres, command_timeout=120)
    try:
        yield connection
    finally:
        await connection.close()


def spawn(argv: list[str], env: Mapping[str, str], output: IO[bytes]) -> subprocess.Popen[bytes]:
    """A helper process; give it to `ended`."""
    return subprocess.Popen(argv, env=env, stdout=output, stderr=output)


@contextlib.contextmanager
def ended(process: Any) -> Iterator[Any]:
    """A helper process that is gone afterwards."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except Exception:
            process.kill()
            process.wait(5)
