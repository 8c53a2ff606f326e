"""Makes a world to be broken, and takes it away."""

from __future__ import annotations

import asyncio
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.installation import SERVICES, Installation, Plan
from deploy.local.ports import keep_or_choose
from deploy.local.stack import Dsns, LocalStack
from shared.processes.spawn import spawn
from tests.faults import before, provider, skewed
from tests.faults.collect import Outside
from tests.faults.load import TILL
from tests.faults.product import Doors, open_campaign
from tests.faults.proxy import Proxy
from tests.faults.world import Setting, World


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
    env = {skewed.VARIABLE: str(skewed.file_in(folder.resolve()))}
    launchers = dict(setting.launchers)
    if setting.version_before:
        env[before.VARIABLE] = str(before.unpack(folder.resolve() / "before"))
        launchers[""] = (before.MODULE,)
    plan = Plan(
        smtp=("127.0.0.1", smtp),
        topic_prefix=prefix,
        scale=setting.scale,
        launchers=launchers,
        env={**env, **setting.env},
        tills=[TILL],
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
            world.administrators = {service: direct.administrators_url(service) for service in SERVICES}
            world.marketed = await open_campaign(doors)
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
            provider.set_mode(ports["control"], "accept")
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
        name = installation.database_name(service)
        await connection.execute(f'drop database if exists "{name}" with (force)')
        await connection.execute(f'drop role if exists "{name}"')
    await connection.close()
    admin = AIOKafkaAdminClient(bootstrap_servers=dsns.kafka)
    await admin.start()
    left = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
    await admin.delete_topics(left)
    await admin.close()
