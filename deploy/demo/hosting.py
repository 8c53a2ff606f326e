"""The servers of the demonstration on this machine: local stack, inbox, installation; in one folder, ended together."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.demo.grocery import LIVE_FROM
from deploy.demo.places import Places, of_installation
from deploy.local.console import Console
from deploy.local.errors import CannotStart
from deploy.local.installation import Installation, Plan
from deploy.local.ports import keep_or_choose
from deploy.local.stack import Dsns, LocalStack
from shared.processes.supervisor import Child, ChildEvent, Supervisor


class Hosting:
    """Call `start`; `stop` is harmless at any time. With `dsns` the servers of another stack are used."""

    def __init__(self, folder: Path, factor: float, log: Callable[[str], None], dsns: Dsns | None = None) -> None:
        self._folder = folder.resolve()
        self._factor = factor
        self._log = log
        self._dsns = dsns
        self._stack: LocalStack | None = None
        self._inbox: Supervisor | None = None
        self._console: Console | None = None
        self.installation: Installation | None = None

    def start(self, topic_prefix: str = "") -> Places:
        """Everything answers when this returns. Raises CannotStart, with the log's end."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._dsns is None:
            self._log("Starting PostgreSQL, Valkey and Kafka (a first time fetches Kafka's jars).")
            self._stack = LocalStack(self._folder / "stack")
            self._dsns = self._stack.start()
        smtp, web = self._start_inbox()
        plan = Plan(smtp=("127.0.0.1", smtp), factor=self._factor, starts_at=LIVE_FROM, topic_prefix=topic_prefix)
        self.installation = Installation(self._folder / "installation", self._dsns, plan, self._on_event)
        self._log("Creating topics and migrating the five databases.")
        self.installation.prepare()
        self._log("Starting five services, an app and a worker of each.")
        self.installation.start()
        return of_installation(
            self.installation, self._folder / "inbox", f"http://127.0.0.1:{web}", self._start_console(self.installation)
        )

    def stop(self) -> None:
        """End every process, the services first; data stays."""
        if self._console is not None:
            self._console.stop()
        if self.installation is not None and self.installation.is_started:
            self._log("Stopping the services.")
            self.installation.stop()
        if self._inbox is not None:
            self._inbox.stop()
        if self._stack is not None:
            self._log("Stopping Kafka, Valkey and PostgreSQL.")
            self._stack.stop()
        self._stack = self._inbox = self._console = None

    def _start_inbox(self) -> tuple[int, int]:
        file = self._folder / "inbox-ports.json"
        ports = keep_or_choose(json.loads(file.read_text()) if file.exists() else {}, ["smtp", "web"])
        file.write_text(json.dumps(ports))
        heartbeat = self._folder / "heartbeats" / "inbox"
        argv = [sys.executable, "-m", "deploy.demo.inbox", "--folder", str(self._folder / "inbox"),
                "--smtp-port", str(ports["smtp"]), "--web-port", str(ports["web"]),
                "--heartbeat", str(heartbeat)]  # fmt: skip
        child = Child("inbox", argv, heartbeat=heartbeat, log=self._folder / "inbox.log")
        self._inbox = Supervisor([child], on_event=self._on_event)
        self._inbox.start()
        return ports["smtp"], ports["web"]

    def _start_console(self, installation: Installation) -> str | None:
        """Its address; None where it cannot be had: the main job runs without it."""
        self._console = Console(installation, self._on_event)
        try:
            self._console.start()
        except CannotStart as error:
            self._log(f"Without the console: {error}")
            return None
        return self._console.url

    def _on_event(self, event: ChildEvent) -> None:
        if event.what in ("exited", "hung"):
            self._log(f"{event.child} {event.what} (status {event.status}); it is started again.")
