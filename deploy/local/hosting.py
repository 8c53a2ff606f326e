"""The servers of a whole installation on this machine: local stack, inbox, the services, the console; in one folder,
started and ended together. `make run` and `make start` differ by the plan they give."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from deploy.local.console import Console
from deploy.local.errors import CannotStart
from deploy.local.installation import Installation, Plan
from deploy.local.ports import keep_or_choose
from deploy.local.stack import Dsns, LocalStack
from deploy.local.state import occupant
from shared.processes.supervisor import Child, ChildEvent, Supervisor


class Hosting:
    """Call `start`; `stop` is harmless at any time. With `dsns` the servers of another stack are used. Mail goes to the
    inbox here, unless the plan's environment names an SMTP_HOST. `fill` is called once the databases are there."""

    def __init__(
        self,
        folder: Path,
        log: Callable[[str], None],
        plan: Plan | None = None,
        dsns: Dsns | None = None,
        fill: Callable[[], None] | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._log = log
        self._plan = plan or Plan()
        self._dsns = dsns
        self._fill = fill
        self._stack: LocalStack | None = None
        self._inbox: Supervisor | None = None
        self._console: Console | None = None
        self.installation: Installation | None = None
        self.inbox_page = ""

    @property
    def mails(self) -> Path:
        """Where the inbox keeps what it was given."""
        return self._folder / "inbox"

    @property
    def console_page(self) -> str | None:
        """The console's address; None where it could not be had."""
        return None if self._console is None else self._console.url

    def start(self) -> Installation:
        """Everything answers when this returns. Raises CannotStart, with the log's end."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if self._dsns is None:
            self._log("Starting PostgreSQL, Valkey and Kafka (a first time fetches Kafka's jars).")
            self._stack = LocalStack(self._folder / "stack")
            self._dsns = self._stack.start()
        plan = replace(self._plan, smtp=("127.0.0.1", self._start_inbox()))
        self.installation = Installation(self._folder / "installation", self._dsns, plan, self._on_event)
        self._log("Creating topics and migrating the five databases.")
        self.installation.prepare(self._fill)
        self._log("Starting five services, an app and a worker of each.")
        self.installation.start()
        self._start_console(self.installation)
        return self.installation

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

    def _start_inbox(self) -> int:
        """Its SMTP port."""
        file = self._folder / "inbox-ports.json"
        ports = keep_or_choose(json.loads(file.read_text()) if file.exists() else {}, ["smtp", "web"])
        file.write_text(json.dumps(ports))
        self.inbox_page = f"http://127.0.0.1:{ports['web']}"
        heartbeat = self._folder / "heartbeats" / "inbox"
        argv = [sys.executable, "-m", "deploy.local.inbox", "--folder", str(self.mails),
                "--smtp-port", str(ports["smtp"]), "--web-port", str(ports["web"]),
                "--heartbeat", str(heartbeat)]  # fmt: skip
        child = Child("inbox", argv, heartbeat=heartbeat, log=self._folder / "inbox.log")
        self._inbox = Supervisor([child], on_event=self._on_event)
        self._inbox.start()
        return ports["smtp"]

    def _start_console(self, installation: Installation) -> None:
        console = Console(installation, self._on_event)
        try:
            console.start()
        except CannotStart as error:
            # The services do their work without it.
            console.stop()
            self._log(f"Without the console: {error}")
        else:
            self._console = console

    def _on_event(self, event: ChildEvent) -> None:
        if event.what in ("exited", "hung"):
            self._log(f"{event.child} {event.what} (status {event.status}); it is started again.")


def wipe(folder: Path) -> None:
    """A fresh folder. Raises CannotStart for one that is none of ours, or in use."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "demo.json").exists() and not (folder / "stack").exists():
        raise CannotStart(f"{folder} holds something else; name an empty folder with --folder")
    if (process := occupant(folder / "stack")) is not None:
        raise CannotStart(f"process {process} uses {folder}; stop it first, or name another folder with --folder")
    shutil.rmtree(folder)
