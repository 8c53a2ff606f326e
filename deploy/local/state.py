"""What a stack's folder remembers between starts: ports, passwords, the cluster's id; and who uses it now."""

import base64
import fcntl
import json
import os
import secrets
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

import psutil

from deploy.local.errors import CannotStart
from deploy.local.part import kill_tree


def _new_cluster() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


@dataclass
class State:
    """Kept as state.json, readable by its owner only."""

    brokers: int
    cluster: str = field(default_factory=_new_cluster)
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[int, float] = field(default_factory=dict)
    """Process id → start time, to clear what a crash left where the kernel does not kill the children."""

    @classmethod
    def load(cls, folder: Path, brokers: int) -> "State":
        """The folder's state, or a new one; CannotStart if the folder belongs to a cluster of another size."""
        path = folder / "state.json"
        if not path.exists():
            return cls(brokers)
        state = cls(**json.loads(path.read_text()))
        state.processes = {int(pid): born for pid, born in state.processes.items()}
        if state.brokers != brokers:
            raise CannotStart(
                f"{folder} holds {state.brokers} broker(s), not {brokers}: use another folder, or clean it"
            )
        return state

    def save(self, folder: Path) -> None:
        """Write it whole, or not at all."""
        path = folder / "state.json.new"
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=1))
        path.replace(folder / "state.json")

    def clear_leftovers(self) -> None:
        """Kill processes of an earlier start that still live."""
        for pid, born in self.processes.items():
            if psutil.pid_exists(pid) and abs(psutil.Process(pid).create_time() - born) < 1:
                kill_tree(pid)
        self.processes = {}


def occupy(folder: Path) -> IO[str]:
    """Hold the folder for this process until the file is closed or the process dies; CannotStart if another has it."""
    file = (folder / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise CannotStart(f"{folder} is in use by process {occupant(folder)}") from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def occupant(folder: Path) -> int | None:
    """The process that holds the folder, or None."""
    path = folder / "lock"
    if not path.exists():
        return None
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(file.read() or 0)
    return None
