"""The console of an installation on one machine: built if needed, one process, and an owner who signs in by a link."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from redis.asyncio import Redis

from console.build import CannotBuild, build
from console.server.one_time import issue_link
from console.server.roles import OWNER
from console.server.users import Users
from deploy.local.errors import CannotStart, tail
from deploy.local.installation import SERVICES, Installation
from deploy.local.ports import keep_or_choose
from shared.processes.supervisor import Child, ChildEvent, Supervisor

_READY_S = 30
# A newcomer may look around in the terminal first; whoever reads it has the keys to everything anyway.
_LINK_KEPT_S = 12 * 3600


class Console:
    """Call `start` when the installation runs; `stop` is harmless at any time."""

    def __init__(self, installation: Installation, on_event: Callable[[ChildEvent], None] | None = None) -> None:
        self._installation = installation
        self._told = on_event
        self._folder = installation.folder / "console"
        self._supervisor: Supervisor | None = None
        self.users = self._folder / "users.json"
        self.port = self._health_port = 0

    @property
    def url(self) -> str:
        """As browsers reach it."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """It answers when this returns. Raises CannotStart, also when its pages cannot be built."""
        try:
            build()
        except (CannotBuild, OSError) as error:
            raise CannotStart(str(error)) from error
        self._folder.mkdir(parents=True, exist_ok=True)
        make_owner(self.users)
        ports = self._folder / "ports.json"
        chosen = keep_or_choose(json.loads(ports.read_text()) if ports.exists() else {}, ["console", "console.health"])
        ports.write_text(json.dumps(chosen))
        self.port, self._health_port = chosen["console"], chosen["console.health"]
        self._supervisor = Supervisor([self._child()], on_event=self._told)
        self._supervisor.start()
        self._wait_ready()

    def stop(self) -> None:
        """End it; accounts stay."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None

    def _child(self) -> Child:
        return Child(
            "console",
            [sys.executable, "-m", "console.server"],
            env=self._environment(),
            heartbeat=self._installation.folder / "heartbeats" / "console",
            log=self._installation.log("console"),
        )

    def _environment(self) -> dict[str, str]:
        installation, plan_env = self._installation, self._installation.plan.env
        env = {f"{service.upper()}_URL": installation.url(service) for service in SERVICES} | {
            "PORT": str(self.port),
            "HEALTH_PORT": str(self._health_port),
            "HEALTH_URLS": json.dumps({name: installation.health_url(name) for name in installation.process_names()}),
            "REDIS_URL": installation.dsns.redis,
            "SERVICE_KEY": installation.keys["service-console"],
            "USERS_FILE": str(self.users),
            "ALARMS_FOLDER": str(self._folder / "alarms"),
            "SMTP_HOST": installation.plan.smtp[0],
            "SMTP_PORT": str(installation.plan.smtp[1]),
            "SMTP_SECURITY": "none",
            **{name: plan_env[name] for name in ("BASE_CURRENCY",) if name in plan_env},
            "PROFILE": "local",
            "PYTHONUNBUFFERED": "1",
        }
        if installation.clock_file is not None:
            env["CLOCK_FILE"] = str(installation.clock_file)
        return env

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + _READY_S
        while not _answers(f"{self.url}/health/ready"):
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"the console is not ready after {_READY_S} s\n{tail(self._installation.log('console'))}"
                )
            time.sleep(0.1)


def make_owner(users: Path) -> None:
    """An account that may do everything, when there is none yet. It has no password: it enters by one-time links."""
    known = Users(users)
    if not known.all():
        known.add(OWNER, [OWNER], None)


async def sign_in(redis_url: str, address: str) -> str:
    """An address that signs the owner in, once."""
    async with Redis.from_url(redis_url) as redis:
        return await issue_link(redis, address, OWNER, _LINK_KEPT_S)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
