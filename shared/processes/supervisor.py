"""Keep child processes running: restart one that exits, kill one that hangs, and end all of them at the end.

As a command it is process 1 of a container:
`python -m shared.processes.supervisor -- python -m services.customers.worker`.
As a library it runs all processes of an installation on one machine.
"""

import argparse
import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from shared.processes.child import Child, ChildEvent, ChildProcess

__all__ = ["Child", "ChildEvent", "Status", "Supervisor"]

_log = logging.getLogger(__name__)

_TICK = 0.1


@dataclass(frozen=True)
class Status:
    """A child now. `pid` is None between an exit and the restart."""

    pid: int | None
    restarts: int


class Supervisor:
    """Runs children in a thread of its own until `stop`."""

    def __init__(
        self,
        children: Sequence[Child] = (),
        on_event: Callable[[ChildEvent], None] | None = None,
        seconds_to_stop: float = 20.0,
        reap: bool = False,
    ) -> None:
        """`reap`: also collect the orphans which a container's process 1 inherits."""
        self._on_event = on_event
        self._seconds_to_stop = seconds_to_stop
        self._reap = reap
        self._processes = {child.name: ChildProcess(child, self._notify) for child in children}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start all children."""
        self._thread.start()

    def add(self, child: Child) -> None:
        """Start one more child."""
        with self._lock:
            if child.name in self._processes:
                raise ValueError(f"{child.name} runs already")
            self._processes[child.name] = ChildProcess(child, self._notify)

    def remove(self, name: str) -> None:
        """Stop one child for good: SIGTERM, and SIGKILL after `seconds_to_stop`."""
        with self._lock:
            process = self._processes.pop(name)
        self._end([process])

    def status(self) -> dict[str, Status]:
        """Each child's process id and how often it was started again."""
        with self._lock:
            return {
                name: Status(process.process.pid if process.process else None, max(0, process.starts - 1))
                for name, process in self._processes.items()
            }

    def stop(self) -> None:
        """Stop all children side by side: SIGTERM, and SIGKILL after `seconds_to_stop`."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            processes = list(self._processes.values())
        self._end(processes)

    def _end(self, processes: Sequence[ChildProcess]) -> None:
        deadline = time.monotonic() + self._seconds_to_stop
        for process in processes:
            if process.process is not None:
                process.process.terminate()
        for process in processes:
            process.end(deadline)

    def _run(self) -> None:
        before = time.monotonic()
        while not self._ended.wait(_TICK):
            with self._lock:
                now = time.monotonic()
                for process in self._processes.values():
                    if now - before > 2.0:
                        process.forgive(now)
                    process.tick(now)
                before = now
                if self._reap:
                    self._reap_orphans()

    def _reap_orphans(self) -> None:
        own = {process.process.pid for process in self._processes.values() if process.process}
        with contextlib.suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in own:
                    return  # its exit status is taken at the next tick
                os.waitpid(ended.si_pid, 0)

    def _notify(self, event: ChildEvent) -> None:
        level = logging.INFO if event.what in ("started", "stopped") else logging.WARNING
        _log.log(level, "%s %s (pid %s, status %s)", *vars(event).values())
        if self._on_event is not None:
            self._on_event(event)


def main() -> int:
    """Run one command under supervision until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m shared.processes.supervisor", description=__doc__)
    parser.add_argument("--hang-after", type=float, default=20.0, help="seconds without a heartbeat; 0: not watched")
    parser.add_argument("argv", nargs="+", metavar="command")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s supervisor: %(message)s")
    asked: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _: asked.append(signum))
    with tempfile.TemporaryDirectory(prefix="heartbeat-") as folder:
        heartbeat = Path(folder) / "beat" if args.hang_after else None
        child = Child(args.argv[-1], args.argv, heartbeat=heartbeat, hang_after=args.hang_after or 20.0)
        supervisor = Supervisor([child], reap=os.getpid() == 1)
        supervisor.start()
        while not asked:
            time.sleep(_TICK)
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
