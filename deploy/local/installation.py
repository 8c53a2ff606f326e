"""The five services on one machine: databases, topics, keys, ports, and a supervised app and worker of each.

`make run`, the journeys, the crash tests and the benchmark all start the product here.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from deploy.local.databases import address, administrators_address, create_databases, load_passwords
from deploy.local.errors import CannotStart, tail
from deploy.local.keys import load_keys, write_key_file
from deploy.local.ports import keep_or_choose
from deploy.local.preparing import CLOCK, migrate, remember_clock, start_clock
from deploy.local.stack import Dsns
from shared.processes.supervisor import Child, ChildEvent, Supervisor

SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")
# Those that sign the links in mails, or follow them.
LINKING = ("campaigns", "privacy")

_READY_S = 90


@dataclass(frozen=True)
class Plan:
    """What may differ between installations. `scale` is processes per name (`analytics.worker`), 1 by default; `env`
    goes to every process, `env_of` to those whose name starts with the key; `launchers` stand before the module of a
    process whose name starts with the key (`python -m <launcher> services.analytics.worker`); `tills` are the
    publishers that write straight to the topic and are believed by name."""

    smtp: tuple[str, int] = ("127.0.0.1", 2525)
    factor: float | None = None
    starts_at: datetime | None = None
    topic_prefix: str = ""
    scale: Mapping[str, int] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    env_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    launchers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    tills: Sequence[str] = ()


class Installation:
    """Call `prepare()`, then `start()`; `stop()` ends every process and saves the business clock."""

    def __init__(
        self,
        folder: Path,
        dsns: Dsns,
        plan: Plan | None = None,
        on_event: Callable[[ChildEvent], None] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.dsns = dsns
        self.plan = plan or Plan()
        self._on_event = on_event
        self._supervisor: Supervisor | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.keys = load_keys(self.folder)
        self._passwords = load_passwords(self.folder, SERVICES)
        self.ports = self._load_ports()

    # --- where things are

    def url(self, service: str) -> str:
        """Base of the service's API."""
        return f"http://127.0.0.1:{self.ports[f'{service}.app']}"

    def health_url(self, name: str) -> str:
        """Health and metrics of a process, by its name: a port beside the app's own, the only one of a worker."""
        return f"http://127.0.0.1:{self.ports[_health_of(name)]}"

    def database_name(self, service: str) -> str:
        """The name of the service's database, and of the role that owns it."""
        return f"{self.plan.topic_prefix.replace('-', '_')}{service}"

    def database_url(self, service: str) -> str:
        """The service's own database, as its own role."""
        return address(self.dsns.postgres, self.database_name(service), self._passwords[service])

    def administrators_url(self, service: str) -> str:
        """The same database, as the stack's superuser: for tests and measurements, which no service can do."""
        return administrators_address(self.dsns.postgres, self.database_name(service))

    @property
    def clock_file(self) -> Path | None:
        """The scaled clock's state, or None for real time."""
        return self.folder / CLOCK if self.plan.factor is not None else None

    @property
    def is_started(self) -> bool:
        """Whether its processes are under way."""
        return self._supervisor is not None

    @property
    def supervisor(self) -> Supervisor:
        """The processes, once started."""
        assert self._supervisor is not None, "not started"
        return self._supervisor

    # --- life

    def prepare(self, fill: Callable[[], None] | None = None) -> None:
        """Databases, newest schemas, topics, key file and clock; harmless when they are there already. `fill` puts
        something into databases that were empty until then."""
        asyncio.run(self.own_databases())
        write_key_file(self.folder, self.keys)
        self.write_environments()
        if fill is not None:
            fill()
        migrate({service: self.environment(f"{service}.app") for service in SERVICES}, self.folder / "logs")

    async def own_databases(self) -> None:
        """Databases that are missing, and each owned, with all in it, by its service's role."""
        roles = {self.database_name(service): password for service, password in self._passwords.items()}
        await create_databases(self.dsns.postgres, roles)

    def start(self) -> None:
        """Start all processes and wait until every one is ready; raises CannotStart with the log's end."""
        # Asked again just before they are taken: on a busy machine others choose ports as well.
        self.ports = self._load_ports()
        self.write_environments()
        if self.plan.factor is not None:
            start_clock(self.folder, self.plan.factor, self.plan.starts_at)
        self._supervisor = Supervisor(self.children(), on_event=self._on_event)
        self._supervisor.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End every process in an orderly way; business time stops where it is."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None
        self.save_clock()

    def save_clock(self, ahead_s: float = 0.0) -> None:
        """Remember the business instant; see `remember_clock`."""
        remember_clock(self.folder, ahead_s)

    def wait_ready(self, limit_s: float = _READY_S) -> None:
        """Return when every app and worker answers ready."""
        deadline = time.monotonic() + limit_s
        for name in self.process_names():
            while not _answers(f"{self.health_url(name)}/health/ready"):
                if time.monotonic() > deadline:
                    raise CannotStart(f"{name} is not ready after {limit_s:.0f} s\n{tail(self.log(name))}")
                time.sleep(0.2)

    # --- processes

    def process_names(self) -> list[str]:
        """`customers.app`, `customers.worker`, …; further ones of a kind are `analytics.worker-1`, …"""
        return [
            _nth(f"{service}.{kind}", number)
            for service in SERVICES
            for kind in ("app", "worker")
            for number in range(self.plan.scale.get(f"{service}.{kind}", 1))
        ]

    def children(self) -> list[Child]:
        """What the supervisor runs."""
        return [self.child(name) for name in self.process_names()]

    def child(self, name: str) -> Child:
        """One process, by name."""
        module = name.split("-")[0]
        launcher = [word for key, words in self.plan.launchers.items() if name.startswith(key) for word in words]
        return Child(
            name=name,
            argv=[sys.executable, "-m", *launcher, f"services.{module}"],
            env=self.environment(name),
            heartbeat=self.folder / "heartbeats" / name,
            log=self.log(name),
        )

    def log(self, name: str) -> Path:
        """The process's log file."""
        return self.folder / "logs" / f"{name}.log"

    def environment(self, name: str) -> dict[str, str]:
        """The environment of a process: everything its Settings read."""
        service, _, kind = name.partition(".")
        env = {
            "DATABASE_URL": self.database_url(service),
            "KAFKA_BOOTSTRAP": self.dsns.kafka,
            "REDIS_URL": self.dsns.redis,
            "TOPIC_PREFIX": self.plan.topic_prefix,
            "PORT" if kind.startswith("app") else "WORKER_PORT": str(self.ports[name]),
            "HEALTH_PORT": str(self.ports[_health_of(name)]),
            "API_KEYS_FILE": str(self.folder / "api-keys.json"),
            "IMPORT_FOLDER": str(self.folder / "imports"),
            "SERVICE_KEY": self.keys[f"service-{service}"],
            "INSTALLATION_KEY": self.keys["installation"],
            "PROFILE": "local",
            "CUSTOMERS_URL": self.url("customers"),
            "INTERACTIONS_URL": self.url("interactions"),
            "ANALYTICS_URL": self.url("analytics"),
            "CAMPAIGNS_URL": self.url("campaigns"),
            "PRIVACY_URL": self.url("privacy"),
            "PRIVACY_PUBLIC_URL": self.url("privacy"),
            "PUBLIC_URL": self.url("campaigns"),
            "SMTP_HOST": self.plan.smtp[0],
            "SMTP_PORT": str(self.plan.smtp[1]),
            "TRUSTED_PUBLISHERS": json.dumps(list(self.plan.tills)),
            "PYTHONUNBUFFERED": "1",
        }
        if service in LINKING:
            env["LINK_KEYS"] = f"1:{self.keys['links']}"
        if self.clock_file is not None:
            env["CLOCK_FILE"] = str(self.clock_file)
        env |= self.plan.env
        for prefix, more in self.plan.env_of.items():
            if name.startswith(prefix):
                env |= more
        return env

    # --- preparation

    def write_environments(self) -> None:
        """What the processes of each service are given, for the command line `crm`."""
        file = self.folder / "environments.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({service: self.environment(f"{service}.app") for service in SERVICES}, indent=1))

    def _load_ports(self) -> dict[str, int]:
        file = self.folder / "ports.json"
        known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        names = self.process_names()
        ports = keep_or_choose(known, list(dict.fromkeys([*names, *map(_health_of, names)])))
        file.write_text(json.dumps(ports, indent=1))
        return ports


def _nth(name: str, number: int) -> str:
    return name if number == 0 else f"{name}-{number}"


def _health_of(name: str) -> str:
    """Under which name the port of a process's health is kept."""
    return f"{name}.health" if ".app" in name else name


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
